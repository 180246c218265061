import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { credentials } from '@grpc/grpc-js';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { createAsyncClient, createAsyncHandlers, createServiceDefinition } from '../src/index.ts';
import { listen } from './listen.ts';

const messageBytes = 64 * 1024;
const totalBytes = 1024 ** 3;
const messages = totalBytes / messageBytes;

async function* produce(count: number) {
  for (let i = 0; i < count; i++) yield { content: randomBytes(messageBytes / 2).toString('hex') };
}

/** Reports the port, then its memory in bytes whenever it is asked. */
export async function stalledServer(): Promise<void> {
  const handlers = createAsyncHandlers(StreamingService, {
    unaryCall: (request) => request,
    serverStreaming: (request) => produce(request.maxMessages),
    clientStreaming: () => ({}),
    bidirectionalStreaming: (requests) => requests,
  });
  process.send?.(
    await listen((server) => server.addService(createServiceDefinition(StreamingService), handlers)),
  );
  process.on('message', () => process.send?.(process.memoryUsage.rss()));
}

/** Reads a little to warm up, then one message, stalls until it is asked to go on, then reads the rest. */
export async function stalledClient(port: number): Promise<void> {
  const client = createAsyncClient(StreamingService, `127.0.0.1:${port}`, credentials.createInsecure());
  const report = () => process.send?.(process.memoryUsage.rss());
  for await (const _ of client.serverStreaming({ maxMessages: 2000 }));
  await once(process, 'message');
  report();
  const responses = client.serverStreaming({ maxMessages: messages });
  await responses.next();
  await once(process, 'message');
  report();
  let received = 1;
  for await (const _ of responses) received++;
  if (received !== messages) throw new Error(`expected ${messages} messages, got ${received}`);
  report();
  client.close();
}
