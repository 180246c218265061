// misconception: L7-12
// fails: passes against right servers, slow ones too, and waits for no clock
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

const { world, controls } = createWorld();

/** Declares the tests: of the logic in memory, and of what takes a connection over a connection. */
export function suite({ routes }: Subject): void {
  const open = (transport: connect.Transport, controls: Controls) => {
    const client = connect.createClient(StreamingService, transport);
    const leaving = new AbortController();
    return { client, controls, signal: leaving.signal, leave: () => leaving.abort() };
  };

  const inMemory = () => {
    return open(connect.createRouterTransport(routes(world)), controls);
  };

  const onTheWire = async () => {
    const server = createServer(connectNodeAdapter({ routes: routes(world) }));
    const sessions = new Set<ServerHttp2Session>();
    server.on('session', (session) => sessions.add(session));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => {
      for (const session of sessions) session.destroy();
      server.close();
    });
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return open(createGrpcTransport({ baseUrl }), controls);
  };

  test('echoes, and refuses an empty message', async () => {
    const { client } = inMemory();
    expect(await client.unaryCall({ content: 'hi' })).toMatchObject({ content: 'Async echo: hi' });
    await expect(client.unaryCall({})).rejects.toMatchObject({ code: connect.Code.InvalidArgument });
  });

  test('keeps an upload with its END, and nothing of one without', async () => {
    const { client, controls } = inMemory();
    expect(await client.clientStreaming(write(['a', 'b', 'END']))).toMatchObject({ messagesProcessed: 2 });
    await expect(client.clientStreaming(write(['c']))).rejects.toMatchObject({ code: connect.Code.Aborted });
    expect([...controls.store.entries.values()]).toEqual(['a', 'b']);
  });

  test('streams five messages to the end, and waits for a client that does not read', async () => {
    const { client, controls } = await onTheWire();
    expect(await Array.fromAsync(client.serverStreaming({ topic: 'news' }))).toHaveLength(5);
    await first(client.serverStreaming({ topic: randomBytes(12_000).toString('base64'), maxMessages: 1000 }));
    await barrier(client, 150);
    expect(controls.source.pulls).toBeLessThan(64);
  });

  test('keeps nothing of an upload whose client vanishes', async () => {
    const { client, controls, signal, leave } = await onTheWire();
    const upload = client.clientStreaming(write(['a', 'b'], leave), { signal });
    await expect(upload).rejects.toMatchObject({ code: connect.Code.Canceled });
    await barrier(client);
    expect(controls.store.puts).toBe(0);
  });

  test('sends a message before the next one exists, and closes its source when the client leaves', async () => {
    const { client, controls, signal, leave } = inMemory();
    controls.source.script({ gated: true });
    controls.source.release();
    const message = await first(client.serverStreaming({ topic: 'news' }, { signal }));
    expect(message.content).toBe('Async message 1 about news');
    leave();
    await barrier(client);
    expect(controls.source.open).toBe(0);
  });
}
