import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ConnectionDecoder } from '../decode/connection-decoder.ts';
import type { PerSide } from '../timeline.ts';
import type { FaultSettings } from './fault-settings.ts';
import { Relay } from './relay.ts';

/** A client's connection and the one to the server, tied together: what happens to one happens to the other. */
export class TappedConnection {
  readonly decoder: ConnectionDecoder;
  readonly relays: PerSide<Relay>;
  readonly #sockets: PerSide<Socket>;

  constructor(
    sockets: PerSide<Socket>,
    decoder: ConnectionDecoder,
    faults: FaultSettings,
    onClose: () => void,
  ) {
    const { client, server } = sockets;
    this.#sockets = sockets;
    this.decoder = decoder;
    this.relays = {
      client: new Relay('client', client, server, decoder, faults),
      server: new Relay('server', server, client, decoder, faults),
    };
    let openSockets = 2;
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.setNoDelay(true);
      socket.once('error', (error: NodeJS.ErrnoException) => this.#fail(other, error.code ?? error.message));
      socket.once('close', () => {
        if (!other.writableEnded) this.#fail(other, 'closed');
        if (--openSockets > 0) return;
        decoder.close();
        onClose();
      });
    }
  }

  /** Breaks both connections off, as a failing network does; the reason goes to the record. */
  drop(reason?: string): void {
    this.decoder.whenIdle(() => {
      for (const socket of Object.values(this.#sockets)) this.#fail(socket, reason);
    });
  }

  #fail(socket: Socket, reason?: string): void {
    for (const relay of Object.values(this.relays)) relay.close();
    this.decoder.close(reason);
    // Node cannot reset a socket whose FIN is under way, but never closes it either, and the process spins at its end. A
    // socket that still connects it resets only once it is connected, which may be never.
    if (socket instanceof TLSSocket || socket.connecting || socket.writableEnded) socket.destroy();
    else socket.resetAndDestroy();
  }
}
