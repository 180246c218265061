import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import type { CheckContext } from '@streamlings/grading';

/** An address that stays while the servers behind it come and go. */
export interface FrontDoor {
  readonly address: string;
  /** Leads new connections to that port. */
  leadTo(port: number): void;
}

/** Opens a front door that leads to nobody yet. */
export async function openFrontDoor({ defer }: Pick<CheckContext, 'defer'>): Promise<FrontDoor> {
  let target: number | undefined;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    if (target === undefined) return socket.destroy();
    const behind = connect(target, '127.0.0.1');
    behind.on('error', () => socket.destroy());
    behind.on('close', () => socket.destroy());
    socket.on('close', () => behind.destroy());
    socket.pipe(behind).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  defer(() => server.close());
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo: (port) => {
      target = port;
    },
  };
}
