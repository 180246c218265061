import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { createTap, type Tap, type TapOptions } from '../src/index.ts';

export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Reads to the end and, other than an iterator does, leaves the socket's other half open. */
export async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk) => chunks.push(chunk));
  await once(stream, 'end');
  return Buffer.concat(chunks);
}

/** A tap between two bare sockets. */
export class TappedSockets implements AsyncDisposable {
  readonly tap: Tap;
  readonly client: Socket;
  readonly server: Socket;
  readonly #listener: Server;

  constructor(tap: Tap, client: Socket, server: Socket, listener: Server) {
    this.tap = tap;
    this.client = client;
    this.server = server;
    this.#listener = listener;
  }

  static async open(options: Partial<TapOptions> = {}): Promise<TappedSockets> {
    const listener = createServer({ allowHalfOpen: true });
    const target = { host: '127.0.0.1', port: await listen(listener) };
    const tap = await createTap({ target, ...options });
    const accepted = once(listener, 'connection') as Promise<[Socket]>;
    const client = connect({
      port: Number(tap.address.split(':')[1]),
      host: '127.0.0.1',
      allowHalfOpen: true,
    });
    return new TappedSockets(tap, client, (await accepted)[0], listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tap.close();
    this.client.destroy();
    this.server.destroy();
    this.#listener.close();
  }
}
