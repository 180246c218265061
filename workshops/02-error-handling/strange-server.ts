import { once } from 'node:events';
import http2 from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { CheckContext } from '@streamlings/grading';

/** Starts an HTTP/2 server that is no gRPC server: `answer` does with a call what it likes. Resolves with its port. */
export async function startStrangeServer(
  { defer }: Pick<CheckContext, 'defer'>,
  answer: (stream: http2.ServerHttp2Stream, socket: Socket) => void,
): Promise<number> {
  const server = http2.createServer();
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('stream', (opened) => {
    const stream = opened as http2.ServerHttp2Stream;
    stream.on('error', () => {});
    const [socket] = sockets;
    if (socket) answer(stream, socket);
  });
  server.on('sessionError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  defer(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
