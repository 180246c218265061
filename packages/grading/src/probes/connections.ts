import diagnosticsChannel from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { EventLog } from '../world/event-log.ts';

/** Counts the TCP connections that a server's port accepts. */
export interface ConnectionCounter extends Disposable {
  /** How many connections were accepted. */
  readonly opened: number;
  /** How many of them are still open. */
  readonly open: number;
  /** Resolves when no connection is open; at once if none is. */
  allClosed(): Promise<void>;
}

/** Starts to count the connections to a port of this thread's servers. */
export function countConnections(port: number, log: EventLog): ConnectionCounter {
  let opened = 0;
  let open = 0;
  let waiters: Array<() => void> = [];
  const accept = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    if (socket.localPort !== port) return;
    opened++;
    open++;
    log.add('connection', `${opened} opened`);
    const number = opened;
    socket.once('close', () => {
      open--;
      log.add('connection', `${number} closed`);
      if (open > 0) return;
      for (const resolve of waiters) resolve();
      waiters = [];
    });
  };
  diagnosticsChannel.subscribe('net.server.socket', accept);
  return {
    get opened() {
      return opened;
    },
    get open() {
      return open;
    },
    allClosed: () => {
      if (open === 0) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      waiters.push(resolve);
      return promise;
    },
    [Symbol.dispose]: () => {
      diagnosticsChannel.unsubscribe('net.server.socket', accept);
    },
  };
}
