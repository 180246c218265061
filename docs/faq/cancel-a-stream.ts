import { credentials, Server, status } from '@grpc/grpc-js';
import {
  createAsyncClient,
  createClient,
  createServiceDefinition,
  type ServiceHandler,
} from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { listen } from '../listen.ts';

const cancelled = Promise.withResolvers<void>();
let subscribers = 0;

const serverStreaming: ServiceHandler<typeof StreamingService, 'serverStreaming'> = (call) => {
  subscribers++;
  call.on('cancelled', () => {
    subscribers--;
    cancelled.resolve();
  });
  // No end(): there may be more to tell later.
  for (const content of ['one', 'two', 'three']) call.write({ content });
};
const unaryCall: ServiceHandler<typeof StreamingService, 'unaryCall'> = (_call, callback) => {
  callback(null, { content: `${subscribers}` });
};

const server = new Server();
server.addService(createServiceDefinition(StreamingService), { serverStreaming, unaryCall });
const client = createClient(StreamingService, await listen(server), credentials.createInsecure());
const { unaryCall: askServer } = createAsyncClient(StreamingService, client);

const call = client.serverStreaming({ topic: 'news' });
call.on('status', ({ code }) => console.log(`the client's status: ${status[code]}`));
for await (const { content } of call) {
  console.log(content);
  if (content === 'two') break;
}
console.log(`after break, the server's subscribers: ${(await askServer({})).content}`);
call.cancel();
await cancelled.promise;
console.log(`after cancel(), the server's subscribers: ${(await askServer({})).content}`);

client.close();
server.forceShutdown();
