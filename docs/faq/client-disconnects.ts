import { credentials, Metadata, Server, status } from '@grpc/grpc-js';
import {
  createAsyncClient,
  createServiceDefinition,
  type ServiceHandler,
  type StatusError,
} from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { createTap } from '@streamlings/wire';
import { listen } from '../listen.ts';

const news = ['one', 'two', 'three'];
const cancelled = Promise.withResolvers<void>();

/** Sends the news after those that the client says it has. */
const serverStreaming: ServiceHandler<typeof StreamingService, 'serverStreaming'> = (call) => {
  call.on('cancelled', cancelled.resolve);
  const [seen = '0'] = call.metadata.get('seen');
  for (const content of news.slice(Number(seen))) call.write({ content });
  if (news.length === 5) call.end();
};

const server = new Server();
server.addService(createServiceDefinition(StreamingService), { serverStreaming });
const [host = '', port] = (await listen(server)).split(':');
const tap = await createTap({ target: { host, port: Number(port) } });
const client = createAsyncClient(StreamingService, tap.address, credentials.createInsecure());

let seen = 0;
async function follow(): Promise<void> {
  const metadata = new Metadata();
  metadata.set('seen', `${seen}`);
  for await (const { content } of client.serverStreaming({ topic: 'news' }, { metadata })) {
    console.log(content);
    if (++seen === 3) tap.faults.drop();
  }
}

await follow().catch((error: StatusError) => console.log(`client: ${status[error.code]}`));
await cancelled.promise;
console.log('server: cancelled');
news.push('four', 'five');
await follow();
console.log(`connections: ${tap.timeline().connections.length}`);

client.close();
await tap.close();
server.forceShutdown();
