import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { credentials, Server } from '@grpc/grpc-js';
import {
  createAsyncClient,
  createClient,
  createServiceDefinition,
  type ServiceHandler,
} from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { listen } from '../listen.ts';

let made = 0;

function* pictures() {
  while (made < 1000) yield { content: `${++made}`.padEnd(16 * 1024) };
}
const serverStreaming: ServiceHandler<typeof StreamingService, 'serverStreaming'> = (call) =>
  pipeline(pictures, call as unknown as Writable);
const unaryCall: ServiceHandler<typeof StreamingService, 'unaryCall'> = (_call, callback) =>
  callback(null, { content: 'I am here' });

const server = new Server();
server.addService(createServiceDefinition(StreamingService), { serverStreaming, unaryCall });
const client = createClient(StreamingService, await listen(server), credentials.createInsecure());
const { unaryCall: ask } = createAsyncClient(StreamingService, client);

let received = 0;
const call = client.serverStreaming({ topic: 'pictures' });
call.on('data', () => received++);
await once(call, 'data');
call.pause();

// The server is at rest when a hundred other calls went there and back and it has made nothing meanwhile.
for (let quiet = 0, before = -1; quiet < 100; quiet = made === before ? quiet + 1 : 0) {
  before = made;
  await ask({});
}
console.log(`paused: the server has made ${made} of 1000 pictures and waits`);
console.log(`another call on this connection: ${(await ask({})).content}`);

call.resume();
await once(call, 'end');
console.log(`resumed: ${received} of ${made} pictures received`);

client.close();
server.forceShutdown();
