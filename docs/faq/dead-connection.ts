import { once } from 'node:events';
import { type ClientOptions, credentials, Server, status } from '@grpc/grpc-js';
import { createClient, createServiceDefinition, type ServiceHandler } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { createTap } from '@streamlings/wire';
import { listen } from '../listen.ts';

const serverStreaming: ServiceHandler<typeof StreamingService, 'serverStreaming'> = (call) => {
  call.write({ content: 'hello' });
};

const server = new Server();
server.addService(createServiceDefinition(StreamingService), { serverStreaming });
const [host = '', port] = (await listen(server)).split(':');
const tap = await createTap({ target: { host, port: Number(port) } });

async function follow(options?: ClientOptions) {
  const client = createClient(StreamingService, tap.address, credentials.createInsecure(), options);
  const call = client.serverStreaming({ topic: 'news' });
  await once(call, 'data');
  let outcome = 'still waiting';
  call.on('error', ({ code }) => {
    outcome = status[code] ?? '';
  });
  return { call, outcome: () => outcome, close: () => client.close() };
}

const trusting = await follow();
const careful = await follow({ 'grpc.keepalive_time_ms': 200, 'grpc.keepalive_timeout_ms': 200 });

// From now on nothing gets through, and nobody is told, as when a cable is pulled.
tap.faults.delay(60_000);
await once(careful.call, 'error');
console.log(`with keepalive: ${careful.outcome()}`);
console.log(`without: ${trusting.outcome()}`);

for (const { close } of [trusting, careful]) close();
await tap.close();
server.forceShutdown();
