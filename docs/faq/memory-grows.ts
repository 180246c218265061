import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { credentials, Server } from '@grpc/grpc-js';
import { createAsyncClient, createServiceDefinition, type ServiceHandler } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { listen } from '../listen.ts';

const content = 'x'.repeat(16 * 1024);
const count = 1000;
let mostWaiting = 0;

const handlers: Record<string, ServiceHandler<typeof StreamingService, 'serverStreaming'>> = {
  'write() in a loop'(call) {
    for (let number = 1; number <= count; number++) {
      call.write({ content });
      mostWaiting = Math.max(mostWaiting, call.writableLength);
    }
    call.end();
  },
  pipeline(call) {
    function* messages() {
      for (let number = 1; number <= count; number++) {
        yield { content };
        mostWaiting = Math.max(mostWaiting, call.writableLength);
      }
    }
    return pipeline(messages, call as unknown as Writable);
  },
};

for (const [name, serverStreaming] of Object.entries(handlers)) {
  mostWaiting = 0;
  const server = new Server();
  server.addService(createServiceDefinition(StreamingService), { serverStreaming });
  const client = createAsyncClient(StreamingService, await listen(server), credentials.createInsecure());
  let received = 0;
  for await (const _ of client.serverStreaming({ topic: 'pictures' })) received++;
  console.log(`${name}: ${received} received, at most ${mostWaiting} waiting in the server's memory`);
  client.close();
  server.forceShutdown();
}
