import { credentials, Server, status } from '@grpc/grpc-js';
import { createClient, createServiceDefinition, type ServiceHandler } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { listen } from '../listen.ts';

const PERIOD_MS = 20;

/** Sends a message every 20 ms, as many as were asked for, and then falls silent. */
const serverStreaming: ServiceHandler<typeof StreamingService, 'serverStreaming'> = (call) => {
  let left = call.request.maxMessages;
  const timer = setInterval(() => left-- > 0 && call.write({ content: 'tick' }), PERIOD_MS);
  call.on('cancelled', () => clearInterval(timer));
};

const server = new Server();
server.addService(createServiceDefinition(StreamingService), { serverStreaming });
const client = createClient(StreamingService, await listen(server), credentials.createInsecure());

const lively = client.serverStreaming({ topic: 'clock', maxMessages: 1000 }, { deadline: Date.now() + 300 });
console.log(`a deadline of 300 ms, a message every 20 ms: ${await statusOf(lively)}`);

let received = 0;
const silent = client.serverStreaming({ topic: 'clock', maxMessages: 3 });
const silence = setTimeout(() => silent.cancel(), 300);
silent.on('data', () => {
  received++;
  silence.refresh();
});
const outcome = await statusOf(silent);
console.log(`300 ms of silence after ${received} messages: ${outcome}`);

client.close();
server.forceShutdown();

function statusOf(call: typeof lively): Promise<string> {
  const over = Promise.withResolvers<string>();
  call.on('status', ({ code }) => over.resolve(status[code]));
  call.on('error', () => {});
  call.resume();
  return over.promise;
}
