import { createRegistry } from '@bufbuild/protobuf';
import { credentials, Server } from '@grpc/grpc-js';
import { createAsyncClient, createServiceDefinition, type ServiceHandler } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { createTap } from '@streamlings/wire';
import { formatTimeline } from '@streamlings/wire/draw';
import { listen } from '../listen.ts';

const serverStreaming: ServiceHandler<typeof StreamingService, 'serverStreaming'> = (call) => {
  call.write({ content: `hello, ${call.request.topic}` });
  call.end();
};

const server = new Server();
server.addService(createServiceDefinition(StreamingService), { serverStreaming });
const [host = '', port] = (await listen(server)).split(':');
const registry = createRegistry(StreamingService);
const tap = await createTap({ target: { host, port: Number(port) }, registry });
const client = createAsyncClient(StreamingService, tap.address, credentials.createInsecure());

for await (const { content } of client.serverStreaming({ topic: 'tea' })) console.log(content);

for (const line of formatTimeline(tap.timeline(), { types: ['HEADERS', 'DATA'] }))
  console.log(line.slice(10));

client.close();
await tap.close();
server.forceShutdown();
