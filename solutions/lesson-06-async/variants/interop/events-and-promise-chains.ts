import { createServer } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { ConnectRouter } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { credentials, type StatusObject, status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient, type ServiceHandlers } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export interface Listening {
  port: number;
  close(): Promise<void>;
}

/** Keeps the sockets, and ends them when it is time. */
export function listen(routes: (router: ConnectRouter) => void): Promise<Listening> {
  const server = createServer();
  const sockets = new Set<Socket>();
  server.on('request', connectNodeAdapter({ routes }));
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const socket of sockets) socket.destroy();
          }),
      }),
    );
  });
}

/** Pauses the call while a message is being kept, and remembers whether the requests are over. */
export function handlers(
  world: World,
): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'> {
  return {
    bidirectionalStreaming: (call) => {
      let kept: Promise<unknown> = Promise.resolve();
      let hasFailed = false;
      call.on('data', ({ sender, content }: Message) => {
        call.pause();
        kept = kept
          .then(() => world.store.put(`${sender}/${content}`, content))
          .then(
            () => {
              if (hasFailed) return;
              call.write({ content: `Async echo: ${content}`, sender: 'async-server' });
              call.resume();
            },
            () => {
              hasFailed = true;
              call.emit('error', { code: status.INTERNAL, details: 'it cannot be kept' });
            },
          );
      });
      call.on('end', () => {
        void kept.then(() => {
          if (!hasFailed) call.end();
        });
      });
    },
  };
}

/** Listens in the tick of the call, and waits for the status. */
export function readAll(address: string, topic: string, world: World): Promise<Message[]> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  const call = client.serverStreaming({ topic });
  const read = new Promise<Message[]>((resolve, reject) => {
    const messages: Message[] = [];
    call.on('data', (message: Message) => messages.push(message));
    call.on('error', reject);
    call.on('status', ({ code }: StatusObject) => {
      if (code === status.OK) resolve(messages);
    });
  });
  const noted = world.store.put(topic, 'asked');
  return Promise.all([read, noted])
    .then(([messages]) => messages)
    .finally(() => client.close());
}
