import type { DescService } from '@bufbuild/protobuf';
import { credentials } from '@grpc/grpc-js';
import { serve } from '../../examples/serve.ts';
import {
  type AsyncClient,
  createAsyncClient,
  type GrpcHandler,
  GrpcHandlerRegistry,
} from '../../src/index.ts';

/** A served handler, and clients with a connection each; the end of the test closes all. */
export async function serveExample<S extends DescService>(service: S, handler: GrpcHandler) {
  const server = await serve(new GrpcHandlerRegistry().registerService(service, handler));
  const clients: AsyncClient<S>[] = [];
  return {
    connect(): AsyncClient<S> {
      const client = createAsyncClient(service, server.address, credentials.createInsecure());
      clients.push(client);
      return client;
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.close();
      server.close();
    },
  };
}
