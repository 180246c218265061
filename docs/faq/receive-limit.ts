import { promisify } from 'node:util';
import { type ChannelOptions, credentials, Server } from '@grpc/grpc-js';
import { createServiceDefinition, type ServiceHandler } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { listen } from '../listen.ts';
import { loadStreamingService } from '../load-service.ts';

const MIB = 1024 * 1024;
const Client = loadStreamingService();
const unaryCall: ServiceHandler<typeof StreamingService, 'unaryCall'> = (_call, callback) =>
  callback(null, { content: 'x'.repeat(5 * MIB) });

async function download(what: string, limits: { server?: ChannelOptions; client?: ChannelOptions }) {
  const server = new Server(limits.server);
  server.addService(createServiceDefinition(StreamingService), { unaryCall });
  const client = new Client(await listen(server), credentials.createInsecure(), limits.client);
  try {
    const { content } = await promisify(client.unaryCall.bind(client))({});
    console.log(`${what}: ${content.length} characters`);
  } catch (error) {
    console.log(`${what}: ${(error as Error).message}`);
  }
  client.close();
  server.forceShutdown();
}

const sending = { 'grpc.max_send_message_length': 8 * MIB };
const receiving = { 'grpc.max_receive_message_length': 8 * MIB };
await download('defaults', {});
await download('server, both limits raised', { server: { ...sending, ...receiving } });
await download('client, receive limit raised', { client: receiving });
