import { once } from 'node:events';
import { type ClientReadableStream, credentials, Server, status } from '@grpc/grpc-js';
import {
  createAsyncClient,
  createClient,
  createServiceDefinition,
  type ServiceHandler,
} from '@streamlings/grpc';
import { FeedService } from '@streamlings/proto/streamlings/feed/v1/feed';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { listen } from '../listen.ts';

let calls = 0;
const serverStreaming: ServiceHandler<typeof StreamingService, 'serverStreaming'> = (call) => {
  calls++;
  call.end();
};

const server = new Server();
server.addService(createServiceDefinition(StreamingService), { serverStreaming });
const address = await listen(server);
const client = createClient(StreamingService, address, credentials.createInsecure());
const feed = createClient(FeedService, address, credentials.createInsecure());
const nobody = createClient(StreamingService, '127.0.0.1:1', credentials.createInsecure());

await report('nobody listens there', nobody.serverStreaming({ topic: 'news' }));
await report('the service was not added', feed.follow());
await report('deadline: 5000', client.serverStreaming({ topic: 'news' }, { deadline: 5000 }));

const messages = createAsyncClient(StreamingService, client).serverStreaming({ topic: 'news' });
console.log(`an async client's stream, not read: ${calls} calls at the server`);
for await (const _ of messages);
console.log(`read: ${calls} call at the server`);

for (const each of [client, feed, nobody]) each.close();
server.forceShutdown();

async function report(what: string, call: ClientReadableStream<unknown>): Promise<void> {
  const [{ code }] = await once(call.resume(), 'error');
  console.log(`${what}: ${status[code]}`);
}
