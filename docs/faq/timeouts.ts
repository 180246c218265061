import { promisify } from 'node:util';
import { type CallOptions, credentials, Server, status } from '@grpc/grpc-js';
import { createClient, createServiceDefinition, type ServiceHandler } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { listen } from '../listen.ts';

/** Sends a message every 20 ms, as many as were asked for, and then falls silent. */
const serverStreaming: ServiceHandler<typeof StreamingService, 'serverStreaming'> = (call) => {
  console.log(`  the server knows a deadline: ${call.getDeadline() !== Number.POSITIVE_INFINITY}`);
  let left = call.request.maxMessages;
  const timer = setInterval(() => left-- > 0 && call.write({ content: 'tick' }), 20);
  call.on('cancelled', () => clearInterval(timer));
};

const server = new Server();
server.addService(createServiceDefinition(StreamingService), { serverStreaming });
const client = createClient(StreamingService, await listen(server), credentials.createInsecure());
await promisify(client.waitForReady.bind(client))(Date.now() + 5000);

/** Follows a stream until it is over, or until nothing has come for 400 ms. */
async function follow(maxMessages: number, options: CallOptions): Promise<void> {
  const call = client.serverStreaming({ topic: 'clock', maxMessages }, options);
  const silence = setTimeout(() => call.cancel(), 400);
  let received = 0;
  call.on('data', () => {
    received++;
    silence.refresh();
  });
  const over = Promise.withResolvers<string | undefined>();
  call.on('error', ({ code }) => over.resolve(status[code]));
  const outcome = await over.promise;
  clearTimeout(silence);
  console.log(`  ${received > 3 ? 'more than 3' : received} messages, then ${outcome}`);
}

console.log('a lively stream, with a deadline of 400 ms:');
await follow(1000, { deadline: Date.now() + 400 });
console.log('three messages, then silence, without a deadline:');
await follow(3, {});

client.close();
server.forceShutdown();
