import { promisify } from 'node:util';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { addGrpcHandlers, type GrpcHandlerRegistry, type GrpcHandlersOptions } from '../src/index.ts';

/** Serves raw handlers on a free port of this machine until `close()`. */
export async function serve(
  registry: GrpcHandlerRegistry,
  options?: GrpcHandlersOptions,
): Promise<{ address: string; close(): void }> {
  const server = new Server();
  addGrpcHandlers(server, registry, options);
  const port = await promisify(server.bindAsync.bind(server))(
    '127.0.0.1:0',
    ServerCredentials.createInsecure(),
  );
  return {
    address: `127.0.0.1:${port}`,
    close: () => server.forceShutdown(),
  };
}
