import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { ConnectionOptions, TlsOptions } from 'node:tls';
import { connect as connectTls, createServer as createTlsServer, Server as TlsServer } from 'node:tls';
import type { Registry } from '@bufbuild/protobuf';
import { ConnectionDecoder } from './decode/connection-decoder.ts';
import { Recorder } from './decode/recorder.ts';
import { TappedConnection } from './forward/connection.ts';
import { FaultSettings, type LastingFaults } from './forward/fault-settings.ts';
import { Faults } from './forward/faults.ts';
import type { Timeline, TimelineEvent } from './timeline.ts';

/** How a tap stands between clients and a server. */
export interface TapOptions {
  /** The server. */
  target: { host: string; port: number };
  /** Where to accept clients. Default 127.0.0.1 and a free port. */
  listen?: { host?: string; port?: number };
  /**
   * Ends TLS towards clients with the options of a server, and begins it anew towards the server. Where one side ends a
   * TLS connection both directions end; gRPC loses nothing, because its calls half-close by frames.
   */
  tls?: { server: TlsOptions; client?: ConnectionOptions };
  /** Budget for what is remembered, in bytes; the oldest entries go first. Default 4 MiB. */
  maxBytes?: number;
  /** Messages longer than this are counted, not kept. Default 16 KiB. */
  maxMessageBytes?: number;
  /** Knows the services whose messages shall be decoded. */
  registry?: Registry;
  /** Faults from the first byte on. */
  faults?: LastingFaults;
  /** Is called for every entry when it is complete, after its bytes were forwarded. */
  onEvent?: (event: TimelineEvent) => void;
}

/** A running tap; `await using` closes it. */
export class Tap implements AsyncDisposable {
  /** Where clients connect to, as `host:port`. */
  readonly address: string;
  readonly faults: Faults;
  readonly #server: Server;
  readonly #recorder: Recorder;
  readonly #connections: Map<number, TappedConnection>;
  /** The sockets below TLS; some may not have shaken hands yet. */
  readonly #secured = new Set<Socket>();

  constructor(
    server: Server,
    recorder: Recorder,
    connections: Map<number, TappedConnection>,
    faults: FaultSettings,
  ) {
    const { address, family, port } = server.address() as AddressInfo;
    this.address = `${family === 'IPv6' ? `[${address}]` : address}:${port}`;
    this.faults = new Faults(faults, connections);
    this.#server = server;
    this.#recorder = recorder;
    this.#connections = connections;
    if (server instanceof TlsServer) {
      server.on('connection', (socket: Socket) => {
        this.#secured.add(socket);
        socket.once('close', () => this.#secured.delete(socket));
      });
    }
  }

  /** Bytes of the budget in use. */
  get usedBytes(): number {
    return this.#recorder.bytes;
  }

  /** Makes a timeline of all that is remembered, open calls included; later events do not change it. */
  timeline(): Timeline {
    return this.#recorder.timeline();
  }

  /**
   * Puts what an application did between the frames.
   *
   * @param atMs when, as `performance.timeOrigin + performance.now()` of any process. Default now.
   */
  note(subject: string, text: string, atMs: number = performance.timeOrigin + performance.now()): void {
    const sinceStart = Math.round((atMs - this.#recorder.startedAtMs) * 1000) / 1000;
    this.#recorder.note({ atMs: sinceStart, subject, text });
  }

  /** Breaks all connections off and stops listening; the timeline stays. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.close();
    for (const connection of [...this.#connections.values()]) connection.drop();
    for (const socket of this.#secured) socket.destroy();
    await once(this.#server, 'close');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Starts a tap. It resolves once clients can connect.
 *
 * @throws Error of the system where it cannot listen
 */
export async function createTap(options: TapOptions): Promise<Tap> {
  const { target, listen, tls, registry } = options;
  const { maxBytes = 4 * 1024 * 1024, maxMessageBytes = 16 * 1024, onEvent } = options;
  const address = `${target.host}:${target.port}`;
  const recorder = new Recorder({ target: address, maxBytes, maxMessageBytes, registry, onEvent });
  const faults = new FaultSettings(options.faults);
  const connections = new Map<number, TappedConnection>();
  let lastId = 0;

  const accept = (client: Socket) => {
    const id = ++lastId;
    const server = tls
      ? connectTls({ ALPNProtocols: ['h2'], ...tls.client, ...target })
      : connect({ ...target, allowHalfOpen: true });
    const decoder = new ConnectionDecoder(id, recorder, registry);
    const forget = () => connections.delete(id);
    connections.set(id, new TappedConnection({ client, server }, decoder, faults, forget));
  };
  const server = tls
    ? createTlsServer({ ALPNProtocols: ['h2'], ...tls.server }, accept)
    : createServer({ allowHalfOpen: true }, accept);
  server.listen(listen?.port ?? 0, listen?.host ?? '127.0.0.1');
  await once(server, 'listening');
  return new Tap(server, recorder, connections, faults);
}
