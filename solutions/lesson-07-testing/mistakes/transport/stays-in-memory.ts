// misconception: L7-07
// fails: notices the two that only the wire can show
import { randomBytes } from 'node:crypto';
import * as connect from '@connectrpc/connect';
import { type Controls, createWorld, type World } from '@streamlings/grading/world';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect, test } from 'vitest';

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

/** Lets the event loop turn, so that the server has done by then what it had to do. */
async function barrier(rounds = 10): Promise<void> {
  for (let round = 0; round < rounds; round++) await new Promise((resolve) => setImmediate(resolve));
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

  test('echoes, and refuses an empty message', async () => {
    const { client } = inMemory();
    expect(await client.unaryCall({ content: 'hi' })).toMatchObject({ content: 'Async echo: hi' });
    await expect(client.unaryCall({})).rejects.toMatchObject({ code: connect.Code.InvalidArgument });
  });

  test('sends a message before the next one exists, and closes its source when the client leaves', async () => {
    const { client, controls, signal, leave } = inMemory();
    controls.source.script({ gated: true });
    controls.source.release();
    const message = await first(client.serverStreaming({ topic: 'news' }, { signal }));
    expect(message.content).toBe('Async message 1 about news');
    leave();
    await barrier();
    expect(controls.source.open).toBe(0);
  });

  test('keeps an upload with its END, and nothing of one without', async () => {
    const { client, controls } = inMemory();
    expect(await client.clientStreaming(write(['a', 'b', 'END']))).toMatchObject({ messagesProcessed: 2 });
    await expect(client.clientStreaming(write(['c']))).rejects.toMatchObject({ code: connect.Code.Aborted });
    expect([...controls.store.entries.values()]).toEqual(['a', 'b']);
  });

  test('streams five messages to the end, and waits for a client that does not read', async () => {
    const { client, controls } = inMemory();
    expect(await Array.fromAsync(client.serverStreaming({ topic: 'news' }))).toHaveLength(5);
    await first(client.serverStreaming({ topic: randomBytes(12_000).toString('base64'), maxMessages: 1000 }));
    await barrier(150);
    expect(controls.source.pulls).toBeLessThan(64);
  });

  test('keeps nothing of an upload whose client vanishes', async () => {
    const { client, controls, signal, leave } = inMemory();
    const upload = client.clientStreaming(write(['a', 'b'], leave), { signal });
    await expect(upload).rejects.toMatchObject({ code: connect.Code.Canceled });
    await barrier();
    expect(controls.store.puts).toBe(0);
  });
}
