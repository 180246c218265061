// misconception: L6-08
// fails: hears of a failure that comes at once
import { once } from 'node:events';
import { createServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { ConnectRouter } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { credentials, status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient, type ServiceHandlers } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** A server that listens on the loopback interface. */
export interface Listening {
  port: number;
  /** Stops the server, calls under way included, and resolves when its port is free. */
  close(): Promise<void>;
}

/** Serves Connect routes on a free port of 127.0.0.1: gRPC, gRPC-Web and Connect over HTTP/2 without TLS. */
export async function listen(routes: (router: ConnectRouter) => void): Promise<Listening> {
  const server = createServer(connectNodeAdapter({ routes }));
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}

/** For grpc-js: keeps each message under `{sender}/{content}` in `world.store`, one at a time, and echoes it. */
export function handlers(
  world: World,
): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'> {
  return {
    bidirectionalStreaming: async (call) => {
      try {
        for await (const { sender, content } of call.iterator({ destroyOnReturn: false })) {
          await world.store.put(`${sender}/${content}`, content);
          call.write({ content: `Async echo: ${content}`, sender: 'async-server' });
        }
        call.end();
      } catch {
        call.emit('error', { code: status.INTERNAL, details: 'the message cannot be kept' });
      }
    },
  };
}

/** With grpc-js: starts the call, notes the topic in `world.store`, and resolves with all messages about it. */
export async function readAll(address: string, topic: string, world: World): Promise<Message[]> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  try {
    const call = client.serverStreaming({ topic });
    await world.store.put(topic, 'asked');
    return await new Promise((resolve, reject) => {
      const messages: Message[] = [];
      call.on('data', (message: Message) => messages.push(message));
      call.on('error', reject);
      call.on('end', () => resolve(messages));
    });
  } finally {
    client.close();
  }
}
