import { credentials, Metadata, Server } from '@grpc/grpc-js';
import { createServiceDefinition, type ServiceHandler } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { listen } from '../listen.ts';
import { loadStreamingService } from '../load-service.ts';

const unaryCall: ServiceHandler<typeof StreamingService, 'unaryCall'> = (call, callback) => {
  for (const key of ['city', 'name-bin']) console.log(`received ${key}: ${call.metadata.get(key)}`);
  callback(null, {});
};

const server = new Server();
server.addService(createServiceDefinition(StreamingService), { unaryCall });
const Client = loadStreamingService();
const client = new Client(await listen(server), credentials.createInsecure());

const metadata = new Metadata();
for (const [key, value] of [
  ['City', 'Lisbon'],
  ['name', 'José'],
  ['name-bin', 'José'],
  ['name-bin', Buffer.from('José')],
] as const) {
  try {
    metadata.set(key, value);
    console.log(`set ${key}`);
  } catch (error) {
    console.log(`${key}: ${(error as Error).message}`);
  }
}
client.unaryCall({}, metadata, () => {
  client.close();
  server.forceShutdown();
});
