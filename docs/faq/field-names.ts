import { once } from 'node:events';
import { credentials, Server } from '@grpc/grpc-js';
import { createServiceDefinition, type ServiceHandler } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { listen } from '../listen.ts';
import { loadStreamingService } from '../load-service.ts';

const serverStreaming: ServiceHandler<typeof StreamingService, 'serverStreaming'> = (call) => {
  console.log(`  the server received ${call.request.maxMessages}`);
  call.end();
};

const server = new Server();
server.addService(createServiceDefinition(StreamingService), { serverStreaming });
const address = await listen(server);

for (const options of [{}, { keepCase: true }]) {
  const Client = loadStreamingService(options);
  const client = new Client(address, credentials.createInsecure());
  for (const request of [{ max_messages: 5 }, { maxMessages: 5 }]) {
    console.log(`loadSync(file, ${JSON.stringify(options)}), the client sent ${JSON.stringify(request)}`);
    await once(client.serverStreaming(request).resume(), 'end');
  }
  client.close();
}
server.forceShutdown();
