import { promisify } from 'node:util';
import { Server, ServerCredentials } from '@grpc/grpc-js';

/** Starts a grpc-js server on a free port. */
export async function listen(configure: (server: Server) => void): Promise<number> {
  const server = new Server();
  configure(server);
  const bind = promisify(server.bindAsync.bind(server));
  return bind('127.0.0.1:0', ServerCredentials.createInsecure());
}
