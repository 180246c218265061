import { promisify } from 'node:util';
import { credentials, Server } from '@grpc/grpc-js';
import { createServiceDefinition, type ServiceHandler } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { listen } from '../listen.ts';
import { loadStreamingService } from '../load-service.ts';

const exact = 2n ** 53n + 1n;
const unaryCall: ServiceHandler<typeof StreamingService, 'unaryCall'> = (_call, callback) =>
  callback(null, { timestamp: exact });

const server = new Server();
server.addService(createServiceDefinition(StreamingService), { unaryCall });
const address = await listen(server);
console.log(`sent: ${exact}`);

for (const longs of [undefined, Number, String]) {
  const Client = loadStreamingService({ longs });
  const client = new Client(address, credentials.createInsecure());
  const { timestamp } = await promisify(client.unaryCall.bind(client))({});
  console.log(`${longs ? `longs: ${longs.name}` : 'default'}: ${timestamp}, plus 1: ${timestamp + 1}`);
  client.close();
}
server.forceShutdown();
