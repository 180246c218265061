import { credentials, Server, type ServerOptions } from '@grpc/grpc-js';
import { createAsyncClient, createServiceDefinition, type ServiceHandler } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { listen } from '../listen.ts';

const MIB = 1024 * 1024;

const clientStreaming: ServiceHandler<typeof StreamingService, 'clientStreaming'> = (call, callback) => {
  let messagesProcessed = 0;
  call.on('data', () => messagesProcessed++);
  call.on('end', () => callback(null, { messagesProcessed }));
};

async function upload(what: string, sizes: number[], options?: ServerOptions): Promise<void> {
  const server = new Server(options);
  server.addService(createServiceDefinition(StreamingService), { clientStreaming });
  const client = createAsyncClient(StreamingService, await listen(server), credentials.createInsecure());
  const messages = sizes.map((size) => ({ content: 'x'.repeat(size) }));
  try {
    const { messagesProcessed } = await client.clientStreaming(messages);
    console.log(`${what}: ${messagesProcessed} received`);
  } catch (error) {
    console.log(`${what}: ${(error as Error).message}`);
  }
  client.close();
  server.forceShutdown();
}

await upload('10 × 1 MiB', Array(10).fill(MIB));
await upload('1 × 4 MiB', [4 * MIB]);
await upload('1 × 4 MiB, higher limit', [4 * MIB], { 'grpc.max_receive_message_length': 8 * MIB });
