import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import * as connect from '@connectrpc/connect';
import { connectNodeAdapter, createGrpcTransport } from '@connectrpc/connect-node';
import { type Controls, createWorld, type World } from '@streamlings/grading/world';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect, onTestFinished, test } from 'vitest';

/** What is tested: `routes` says how a server answers that works with a World. */
export interface Subject {
  routes(world: World): (router: connect.ConnectRouter) => void;
}

/** The messages of an upload with these contents; then it calls `last`. */
async function* write(contents: string[], last = () => {}) {
  for (const content of contents) yield { content, sender: 'ada' };
  last();
}

/** Resolves with the first message of a stream and leaves the rest unread. */
async function first<T>(stream: AsyncIterable<T>): Promise<T> {
  return (await stream[Symbol.asyncIterator]().next()).value;
}

/** Makes unary calls in a row: the server has then read what the client had sent before, and has acted on it. */
async function barrier(client: connect.Client<typeof StreamingService>, rounds = 10): Promise<void> {
  for (let round = 0; round < rounds; round++) await client.unaryCall({ content: 'barrier' });
}

/** Declares the tests: of the logic in memory, and of what takes a connection over a connection. */
export function suite({ routes }: Subject): void {
  const open = (transport: connect.Transport, controls: Controls) => {
    const client = connect.createClient(StreamingService, transport);
    const leaving = new AbortController();
    return { client, controls, signal: leaving.signal, leave: () => leaving.abort() };
  };

  const inMemory = () => {
    const { world, controls } = createWorld();
    return open(connect.createRouterTransport(routes(world)), controls);
  };

  const onTheWire = async () => {
    const { world, controls } = createWorld();
    const server = createServer(connectNodeAdapter({ routes: routes(world) }));
    const sessions = new Set<ServerHttp2Session>();
    server.on('session', (session) => sessions.add(session));
    // TODO: Have it listen on a free port, and close everything when the test is over.
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return open(createGrpcTransport({ baseUrl }), controls);
  };

  // TODO: Test in memory whatever memory can show.
  // TODO: Test on the wire what only the wire can show.
}
