import { createHash } from 'node:crypto';
import { credentials, Server, ServerCredentials, type ServiceError, status } from '@grpc/grpc-js';
import type { Load } from '@streamlings/grading';
import { watchWire } from '@streamlings/grading/demo';
import { createWorld } from '@streamlings/grading/world';
import { createClient, createServiceDefinition } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { UploadService } from '@streamlings/proto/streamlings/upload/v1/upload';
import type { Exercise } from './checks.ts';

/** Longer than anything here takes, so that a call that hangs shows up as DEADLINE_EXCEEDED. */
const PATIENCE_MS = 2000;

/** Runs the three files of an exercise against each other and prints what comes back. */
export async function demo(exercise: Load<Exercise>): Promise<void> {
  const { world, controls } = createWorld();
  const [streaming, upload, { sendAll }] = await Promise.all([
    exercise.server(),
    exercise.upload(),
    exercise.client(),
  ]);
  const server = new Server();
  const report = ({ position, reason }: { position: number; reason: string }) =>
    console.log(`  the server reports: message ${position} is skipped, ${reason}`);
  server.addService(createServiceDefinition(StreamingService), { ...streaming.handlers(world, report) });
  server.addService(createServiceDefinition(UploadService), { ...upload.handlers(world) });
  await using wire = await watchWire([StreamingService, UploadService], await listen(server));
  const { address } = wire;
  const options = () => ({ deadline: Date.now() + PATIENCE_MS });

  console.log('src/server.ts: three messages, the second without content');
  const writer = createClient(StreamingService, address, credentials.createInsecure());
  await new Promise<void>((resolve) => {
    const call = writer.clientStreaming(options(), (error, answer) => {
      console.log(`  ${error ? describe(error) : answer?.status}`);
      resolve();
    });
    for (const content of ['Hello', '', 'Goodbye']) call.write({ sender: 'ada', content });
    call.end();
  });
  writer.close();

  console.log('src/upload.ts: a file of 12 chunks, and one that is given up after 11');
  const uploader = createClient(UploadService, address, credentials.createInsecure());
  const data = Buffer.from('one chunk of a file. ');
  for (const isFinished of [true, false]) {
    await new Promise<void>((resolve) => {
      const call = uploader.uploadFile(options(), (error, answer) => {
        console.log(`  ${error ? describe(error) : `stored ${answer?.totalSize} bytes`}`);
        resolve();
      });
      const hash = createHash('sha256');
      for (let at = 0; at < (isFinished ? 12 : 11); at++) {
        hash.update(data);
        call.write({ part: { case: 'chunk', value: { data, offset: BigInt(at * data.length) } } });
      }
      if (isFinished) {
        const value = { totalSize: BigInt(12 * data.length), sha256: hash.digest() };
        call.write({ part: { case: 'end', value } });
      }
      call.end();
    });
  }
  const files = [...controls.store.entries.keys()].filter((key) => /^[^/]+$/.test(key));
  console.log(`  finished files in the store: ${files.length}`);
  uploader.close();

  console.log('src/client.ts: a source of four items, then one that breaks behind the second');
  for (const [topic, script] of [
    ['news', { items: 4 }],
    ['weather', { failAfter: 2, failMessage: 'the sensor is unplugged' }],
  ] as const) {
    controls.source.script(script);
    const text = await sendAll(address, topic, world).then(
      (answer) => `resolved: ${answer.status}`,
      (error: Error) => `rejected: ${error.message}`,
    );
    console.log(`  sendAll ${text}`);
  }
  server.forceShutdown();
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(`127.0.0.1:${port}`),
    );
  });
}

function describe({ code, details }: ServiceError): string {
  return `status ${code} ${status[code]}${details ? `: ${details}` : ''}`;
}
