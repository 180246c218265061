import { once } from 'node:events';
import { credentials, Server, type ServerOptions } from '@grpc/grpc-js';
import { createClient, createServiceDefinition, type ServiceHandler } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { listen } from '../listen.ts';

const connections = new Set<string>();

const bidirectionalStreaming: ServiceHandler<typeof StreamingService, 'bidirectionalStreaming'> = (call) => {
  connections.add(call.getPeer());
  call.on('data', (message) => call.write(message));
  call.on('end', () => call.end());
};

async function connect(options?: ServerOptions) {
  const server = new Server(options);
  server.addService(createServiceDefinition(StreamingService), { bidirectionalStreaming });
  const client = createClient(StreamingService, await listen(server), credentials.createInsecure());
  return { server, client, open: () => client.bidirectionalStreaming().on('error', () => {}) };
}

async function echo(call: ReturnType<typeof client.bidirectionalStreaming>): Promise<void> {
  call.write({ content: 'hello' });
  await once(call, 'data');
}

const { server, client, open } = await connect();
const calls = Array.from({ length: 100 }, open);
await Promise.all(calls.map(echo));
console.log(`streams that are open and were answered: ${calls.length}, connections: ${connections.size}`);

const limited = await connect({ 'grpc.max_concurrent_streams': 2 });
const [first, second, third] = [limited.open(), limited.open(), limited.open()];
await Promise.all([echo(first), echo(second)]);
let isAnswered = false;
const answer = echo(third).then(() => {
  isAnswered = true;
});
for (let round = 0; round < 100; round++) await echo(first);
console.log(`limit 2, third stream answered: ${isAnswered}`);
first.end();
await answer;
console.log(`the first has ended, third stream answered: ${isAnswered}`);

for (const each of [client, limited.client]) each.close();
for (const each of [server, limited.server]) each.forceShutdown();
