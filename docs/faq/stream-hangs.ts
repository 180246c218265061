import { credentials, Server } from '@grpc/grpc-js';
import { createClient, createServiceDefinition, type ServiceHandler } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { createTap } from '@streamlings/wire';
import { listen } from '../listen.ts';

const thirdArrived = Promise.withResolvers<void>();

const clientStreaming: ServiceHandler<typeof StreamingService, 'clientStreaming'> = (call, callback) => {
  let messagesProcessed = 0;
  call.on('data', () => ++messagesProcessed === 3 && thirdArrived.resolve());
  call.on('end', () => callback(null, { messagesProcessed }));
};

const server = new Server();
server.addService(createServiceDefinition(StreamingService), { clientStreaming });
const [host = '', port] = (await listen(server)).split(':');
const tap = await createTap({ target: { host, port: Number(port) } });
const client = createClient(StreamingService, tap.address, credentials.createInsecure());

const answered = Promise.withResolvers<number | undefined>();
const call = client.clientStreaming((_error, response) => answered.resolve(response?.messagesProcessed));
for (const content of ['one', 'two', 'three']) call.write({ content });

await thirdArrived.promise;
describe('while it hangs');
call.end();
console.log(`after end(): ${await answered.promise} messages processed`);
describe('and then');

client.close();
await tap.close();
server.forceShutdown();

function describe(when: string): void {
  const [stream] = tap.timeline().streams;
  for (const side of ['client', 'server'] as const) {
    const hasEnded = stream?.endedMs[side] !== undefined;
    console.log(`${when}: messages of the ${side}: ${stream?.messages[side]}, end: ${hasEnded}`);
  }
}
