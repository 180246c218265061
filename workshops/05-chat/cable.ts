import { connect, createServer, type Socket } from 'node:net';

/** A way to a server that can be cut. */
export interface Cable {
  /** Where clients connect to. */
  readonly address: string;
  /** Cuts it: both ends lose their connections, and nobody has said anything. */
  cut(): void;
  /** Cuts it for good. */
  remove(): void;
}

/** Lays a cable to a server of this machine. */
export async function layCable(serverAddress: string): Promise<Cable> {
  const [host = '', port] = serverAddress.split(':');
  const sockets = new Set<Socket>();
  const relay = createServer((near) => {
    const far = connect(Number(port), host);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
    }
    near.pipe(far).pipe(near);
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const listening = Promise.withResolvers<void>();
  relay.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  const address = relay.address();
  if (address === null || typeof address === 'string') throw new Error('the cable has no port');
  return {
    address: `127.0.0.1:${address.port}`,
    cut,
    remove: () => {
      cut();
      relay.close();
    },
  };
}
