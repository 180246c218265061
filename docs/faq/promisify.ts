import { promisify } from 'node:util';
import { credentials, Server } from '@grpc/grpc-js';
import { createServiceDefinition, type ServiceHandler } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { listen } from '../listen.ts';
import { loadStreamingService } from '../load-service.ts';

const unaryCall: ServiceHandler<typeof StreamingService, 'unaryCall'> = (call, callback) =>
  callback(null, { content: `Echo: ${call.request.content}` });

const server = new Server();
server.addService(createServiceDefinition(StreamingService), { unaryCall });
const Client = loadStreamingService();
const client = new Client(await listen(server), credentials.createInsecure());

const loose = promisify(client.unaryCall);
await loose({ content: 'hello' }).catch((error: Error) => console.log(`unbound: ${error.message}`));

const bound = promisify(client.unaryCall.bind(client));
console.log(`bound: ${(await bound({ content: 'hello' })).content}`);

client.close();
server.forceShutdown();
