import { credentials, Server, ServerCredentials, type ServiceError, status } from '@grpc/grpc-js';
import { createWorld, type World } from '@streamlings/grading/world';
import { createClient, createServiceDefinition, type ServiceHandlers } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { test as base, expect, vi } from 'vitest';

export interface Subject {
  handlers(world: World): ServiceHandlers<typeof StreamingService>;
}

/** Each test gets what it names among its arguments, and everything is taken down behind it. */
export function suite({ handlers }: Subject): void {
  const test = base.extend<{ here: Awaited<ReturnType<typeof start>> }>({
    // biome-ignore lint/correctness/noEmptyPattern: vitest demands a pattern
    here: async ({}, use) => {
      const here = await start(handlers);
      await use(here);
      vi.useRealTimers();
      await here.stop();
    },
  });

  test('is incremental, ordered and complete', async ({ here: { client, controls } }) => {
    controls.source.script({ items: 3, gated: true });
    const seen: string[] = [];
    controls.source.release();
    for await (const { content, sender } of client.serverStreaming({ topic: 'x' })) {
      seen.push(`${sender}: ${content}`);
      controls.source.release();
    }
    expect(seen).toEqual([1, 2, 3].map((index) => `server: Message ${index} for topic x`));
  });

  test('has ten messages unless it is told otherwise', async ({ here: { client } }) => {
    await expect(client.serverStreaming({ topic: 'x' }).toArray()).resolves.toHaveLength(10);
  });

  test.for([
    ['ENOENT', status.NOT_FOUND],
    ['EIO', status.INTERNAL],
  ] as const)('hands on what went wrong: %s', async ([failCode, code], { here: { client, controls } }) => {
    controls.source.script({ failAfter: 3, failCode });
    const read = async () => {
      for await (const _ of client.serverStreaming({ topic: 'x' }));
    };
    const error = await read().catch((caught: ServiceError) => caught);
    expect(error).toMatchObject({ code });
  });

  test('stops when nobody listens', async ({ here: { client, controls, ping } }) => {
    controls.source.script({ gated: true });
    const call = client.serverStreaming({ topic: 'x' });
    controls.source.release();
    const gone = new Promise<ServiceError>((resolve) => call.once('error', resolve));
    call.once('data', () => call.cancel());
    expect((await gone).code).toBe(status.CANCELLED);
    await ping();
    await vi.waitFor(() => expect(controls.source.open).toBe(0));
  });

  test('sums up each upload by itself', async ({ here: { client } }) => {
    const upload = (content: string) =>
      new Promise((resolve, reject) => {
        const call = client.clientStreaming((error, answer) => (error ? reject(error) : resolve(answer)));
        call.end({ content, sender: 'ada' });
      });
    const answers = await Promise.all([upload('one'), upload('three')]);
    expect(answers).toMatchObject([
      { messagesProcessed: 1, status: 'Processed 1 messages, total length: 3' },
      { messagesProcessed: 1, status: 'Processed 1 messages, total length: 5' },
    ]);
  });

  test('converses', async ({ here: { client, controls } }) => {
    const call = client.bidirectionalStreaming();
    const answers: AsyncIterator<Message> = call.iterator({ destroyOnReturn: false });
    call.write({ content: 'a very long first message', sender: 'ada' });
    call.write({ content: 'short', sender: 'ada' });
    expect((await answers.next()).value.content).toBe('Echo: a very long first message');
    expect((await answers.next()).value.content).toBe('Echo: short');
    expect(controls.store.entries.size).toBe(2);
    call.end();
    expect((await answers.next()).done).toBe(true);
  });

  test('has patience, but not for ever', async ({ here: { client } }) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const call = client.bidirectionalStreaming();
    let over: ServiceError | undefined;
    const failed = new Promise<void>((resolve) => {
      call.once('error', (error: ServiceError) => {
        over = error;
        resolve();
      });
    });
    const answers: AsyncIterator<Message> = call.iterator({ destroyOnReturn: false });
    for (let number = 1; number <= 4; number++) {
      call.write({ content: `${number}`, sender: 'ada' });
      expect((await answers.next()).value.content).toBe(`Echo: ${number}`);
      await vi.advanceTimersByTimeAsync(12_000);
    }
    expect(over).toBeUndefined();
    answers.next().catch(() => {});
    await vi.advanceTimersByTimeAsync(18_000);
    await failed;
    expect(over?.code).toBe(status.DEADLINE_EXCEEDED);
  });
}

async function start(handlers: Subject['handlers']) {
  const { world, controls } = createWorld();
  const server = new Server();
  server.addService(createServiceDefinition(StreamingService), handlers(world));
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
    error ? reject(error) : resolve(port),
  );
  const client = createClient(StreamingService, `127.0.0.1:${await promise}`, credentials.createInsecure());
  const ping = () => new Promise((done) => client.unaryCall({ content: 'ping', sender: 'me' }, done));
  const stop = async () => {
    client.close();
    server.forceShutdown();
  };
  return { client, controls, ping, stop };
}
