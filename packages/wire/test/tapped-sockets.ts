import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { createTap, type PerSide, type Tap, type TapOptions } from '../src/index.ts';

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

/** Resolves with the next socket that this process accepts (`server`) or connects (`client`). */
export async function nextSocket(kind: 'server' | 'client'): Promise<Socket> {
  const { promise, resolve } = Promise.withResolvers<Socket>();
  const take = (message: unknown) => resolve((message as { socket: Socket }).socket);
  subscribe(`net.${kind}.socket`, take);
  try {
    return await promise;
  } finally {
    unsubscribe(`net.${kind}.socket`, take);
  }
}

/** A tap between two bare sockets. */
export class TappedSockets implements AsyncDisposable {
  readonly tap: Tap;
  readonly client: Socket;
  readonly server: Socket;
  /** The tap's own ends, towards the client and towards the server. */
  readonly inner: PerSide<Socket>;
  readonly #listener: Server;

  constructor(tap: Tap, { client, server }: PerSide<Socket>, inner: PerSide<Socket>, listener: Server) {
    this.tap = tap;
    this.client = client;
    this.server = server;
    this.inner = inner;
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
    const inner = Promise.all([nextSocket('server'), nextSocket('client')]);
    const [[server], [innerClient, innerServer]] = await Promise.all([accepted, inner]);
    if (innerServer.connecting) await once(innerServer, 'connect');
    return new TappedSockets(tap, { client, server }, { client: innerClient, server: innerServer }, listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tap.close();
    this.client.destroy();
    this.server.destroy();
    this.#listener.close();
  }
}
