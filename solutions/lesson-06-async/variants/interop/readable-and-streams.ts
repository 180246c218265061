import { once } from 'node:events';
import { createServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ConnectRouter } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { credentials, status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient, type ServiceHandlers } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export interface Listening {
  port: number;
  close(): Promise<void>;
}

/** Has Connect end the calls by its shutdown signal, and the sessions close behind them. */
export async function listen(routes: (router: ConnectRouter) => void): Promise<Listening> {
  const shutdown = new AbortController();
  const server = createServer(connectNodeAdapter({ routes, shutdownSignal: shutdown.signal }));
  const sessions: ServerHttp2Session[] = [];
  server.on('session', (session) => sessions.push(session));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      shutdown.abort();
      server.close();
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}

/** A transform between the two halves of the call works on one message at a time. */
export function handlers(
  world: World,
): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'> {
  return {
    bidirectionalStreaming: (call) => {
      const echo = new Transform({
        objectMode: true,
        transform({ sender, content }: Message, _encoding, done) {
          world.store.put(`${sender}/${content}`, content).then(
            () => done(null, { content: `Async echo: ${content}`, sender: 'async-server' }),
            () => call.emit('error', { code: status.INTERNAL, details: 'the store is broken' }),
          );
        },
      });
      call.pipe(echo).pipe(call as unknown as Writable);
    },
  };
}

/** A pipeline into a function that collects, begun before the note. */
export async function readAll(address: string, topic: string, world: World): Promise<Message[]> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  try {
    const received: Message[] = [];
    const reading = pipeline(client.serverStreaming({ topic }), async (messages: AsyncIterable<Message>) => {
      for await (const message of messages) received.push(message);
    });
    await Promise.all([reading, world.store.put(topic, 'asked')]);
    return received;
  } finally {
    client.close();
  }
}
