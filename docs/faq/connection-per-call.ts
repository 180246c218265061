import { credentials, Server } from '@grpc/grpc-js';
import { createAsyncClient, createServiceDefinition, type ServiceHandler } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { listen } from '../listen.ts';

const connections = new Set<string>();
const unaryCall: ServiceHandler<typeof StreamingService, 'unaryCall'> = (call, callback) => {
  connections.add(call.getPeer());
  callback(null, call.request);
};

const server = new Server();
server.addService(createServiceDefinition(StreamingService), { unaryCall });
const address = await listen(server);
const connect = () => createAsyncClient(StreamingService, address, credentials.createInsecure());

for (let call = 1; call <= 20; call++) {
  const client = connect();
  await client.unaryCall({});
  client.close();
}
console.log(`20 calls, each with a client of its own: ${connections.size} connections`);

connections.clear();
const client = connect();
for (let call = 1; call <= 20; call++) await client.unaryCall({});
client.close();
console.log(`20 calls with one client: ${connections.size} connection`);

server.forceShutdown();
