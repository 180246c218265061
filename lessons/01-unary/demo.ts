import { credentials, Server, ServerCredentials, type ServiceError, status } from '@grpc/grpc-js';
import type { Load } from '@streamlings/grading';
import { watchWire } from '@streamlings/grading/demo';
import { createWorld } from '@streamlings/grading/world';
import { createClient, createServiceDefinition } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import type { Exercise } from './checks.ts';

/** Longer than anything here takes, so that a call that hangs shows up as DEADLINE_EXCEEDED. */
const PATIENCE_MS = 2000;

/** Runs the two files of an exercise against each other and prints what comes back. */
export async function demo(exercise: Load<Exercise>): Promise<void> {
  const { world, controls } = createWorld();
  const { handlers } = await exercise.server();
  const { sendAll } = await exercise.client();
  const server = new Server();
  server.addService(createServiceDefinition(StreamingService), { ...handlers(world) });
  await using wire = await watchWire(StreamingService, await listen(server));
  const { address } = wire;

  console.log('src/server.ts: a message, the same again, one without content, one while the store is broken');
  const client = createClient(StreamingService, address, credentials.createInsecure());
  const send = (content: string): Promise<void> =>
    new Promise((resolve) => {
      client.unaryCall(
        { sender: 'ada', content },
        { deadline: Date.now() + PATIENCE_MS },
        (error, answer) => {
          console.log(
            `  ${JSON.stringify(content)} -> ${error ? describe(error) : JSON.stringify(answer?.content)}`,
          );
          resolve();
        },
      );
    });
  await send('hello');
  await send('hello');
  await send('');
  controls.store.failNext('EIO', 'disk /dev/sdb1 is damaged');
  await send('is it safe?');
  client.close();

  console.log('src/client.ts: three messages at once, then one that is refused');
  for (const contents of [
    ['one', 'two', 'three'],
    ['four', ''],
  ]) {
    const notes = contents.map((content) => ({ sender: 'grace', content }));
    const text = await sendAll(address, notes, PATIENCE_MS).then(
      (answers) =>
        `resolved with ${answers.length} answers: ${answers.map((answer) => answer.content).join(', ')}`,
      (error: ServiceError) => `rejected: ${describe(error)}`,
    );
    console.log(`  sendAll ${text}`);
  }
  console.log(`  kept in the store: ${[...controls.store.entries.keys()].join(', ') || 'nothing'}`);
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
