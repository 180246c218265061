import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Server } from '@grpc/grpc-js';
import { createServiceDefinition, type ServiceHandler } from '@streamlings/grpc';
import { addReflection } from '@streamlings/grpc/reflection';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { listen } from '../listen.ts';

const serverStreaming: ServiceHandler<typeof StreamingService, 'serverStreaming'> = (call) => {
  const { topic, maxMessages } = call.request;
  for (let i = 1; i <= maxMessages; i++) call.write({ content: `Message ${i} for topic ${topic}` });
  call.end();
};

const server = new Server();
server.addService(createServiceDefinition(StreamingService), { serverStreaming });
addReflection(server, [StreamingService]);
const url = `http://${await listen(server)}`;

await bufCurl('--list-methods', url);
await bufCurl(
  '-d',
  '{"topic":"tea","max_messages":2}',
  `${url}/${StreamingService.typeName}/ServerStreaming`,
);
server.forceShutdown();

/** Prints what `buf curl --protocol grpc --http2-prior-knowledge ...` prints. */
async function bufCurl(...args: string[]): Promise<void> {
  const buf = join(createRequire(import.meta.url).resolve('@bufbuild/buf/package.json'), '../bin/buf');
  const flags = ['curl', '--protocol', 'grpc', '--http2-prior-knowledge'];
  const { stdout } = await promisify(execFile)(process.execPath, [buf, ...flags, ...args]);
  console.log(stdout.trimEnd());
}
