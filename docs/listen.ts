import { type Server, ServerCredentials } from '@grpc/grpc-js';

/** Binds a server to a free port of this machine and returns its address. */
export function listen(server: Server): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    if (error) reject(error);
    else resolve(`127.0.0.1:${port}`);
  });
  return promise;
}
