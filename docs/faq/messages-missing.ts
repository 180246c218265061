import { createRegistry } from '@bufbuild/protobuf';
import { credentials, Server } from '@grpc/grpc-js';
import { createAsyncClient, createServiceDefinition, type ServiceHandler } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { createTap } from '@streamlings/wire';
import { listen } from '../listen.ts';

const serverStreaming: ServiceHandler<typeof StreamingService, 'serverStreaming'> = (call) => {
  const message = { content: '' };
  for (const content of ['one', 'two', 'three']) {
    message.content = content;
    call.write(message);
  }
  call.end();
};

const server = new Server();
server.addService(createServiceDefinition(StreamingService), { serverStreaming });
const [host = '', port] = (await listen(server)).split(':');
const tap = await createTap({
  target: { host, port: Number(port) },
  registry: createRegistry(StreamingService),
});
const client = createAsyncClient(StreamingService, tap.address, credentials.createInsecure());

for await (const { content } of client.serverStreaming({ topic: 'numbers' }))
  console.log(`received ${content}`);
for (const { from, json } of tap.timeline().messages) console.log(`the ${from} sent ${JSON.stringify(json)}`);

client.close();
await tap.close();
server.forceShutdown();
