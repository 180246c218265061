import { randomBytes } from 'node:crypto';
import type { Writable } from 'node:stream';
import { type ClientOptions, status } from '@grpc/grpc-js';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { describe, expect, test } from 'vitest';
import { createAsyncHandlers } from '../src/index.ts';
import { barrier, completeHandlers, serve, servePlain } from './streaming-server.ts';

/** The object mark of grpc-js's streams. */
const mark = 16;

/** Counts writes made against the stream's advice, and the longest queue. */
function probe(stream: Writable) {
  const seen = { writes: 0, violations: 0, longestQueue: 0 };
  const write = stream.write.bind(stream) as (message: unknown) => boolean;
  stream.write = (message: unknown) => {
    seen.writes++;
    if (stream.writableNeedDrain) seen.violations++;
    const hasRoom = write(message);
    seen.longestQueue = Math.max(seen.longestQueue, stream.writableLength);
    return hasRoom;
  };
  return seen;
}

/** Messages that count how far they were pulled; random, so that nothing compresses them. */
class Source {
  pulled = 0;
  isClosed = false;

  async *messages(count: number, bytes: number) {
    try {
      while (this.pulled < count) {
        this.pulled++;
        yield { content: randomBytes(bytes / 2).toString('hex') };
      }
    } finally {
      this.isClosed = true;
    }
  }
}

describe('responses', () => {
  test('are written only while the transport has room', async () => {
    let seen: ReturnType<typeof probe> | undefined;
    const source = new Source();
    const handlers = createAsyncHandlers(
      StreamingService,
      completeHandlers({ serverStreaming: () => source.messages(500, 8192) }),
    );
    await using server = await servePlain({
      ...handlers,
      serverStreaming(call) {
        seen = probe(call);
        handlers.serverStreaming(call);
      },
    });
    const received = await Array.fromAsync(server.connect().serverStreaming({}));
    expect(received).toHaveLength(500);
    expect(seen).toMatchObject({ writes: 500, violations: 0 });
    expect(seen?.longestQueue).toBeLessThanOrEqual(mark);
  });

  test('are not asked for far ahead of a slow reader', async () => {
    const source = new Source();
    await using server = await serve({ serverStreaming: () => source.messages(400, 16_384) });
    const client = server.connect();
    let received = 0;
    let furthest = 0;
    for await (const _ of client.serverStreaming({})) {
      received++;
      await barrier(client);
      furthest = Math.max(furthest, source.pulled - received);
    }
    expect(received).toBe(400);
    expect(furthest).toBeLessThanOrEqual(64);
  });

  test('stop for a reader that stalls, and the source is closed when that reader leaves', async () => {
    const source = new Source();
    const closed = Promise.withResolvers<void>();
    let seen: Writable | undefined;
    const handlers = createAsyncHandlers(
      StreamingService,
      completeHandlers({
        async *serverStreaming() {
          try {
            yield* source.messages(10_000, 16_384);
          } finally {
            closed.resolve();
          }
        },
      }),
    );
    await using server = await servePlain({
      ...handlers,
      serverStreaming(call) {
        seen = call;
        handlers.serverStreaming(call);
      },
    });
    const client = server.connect();
    const responses = client.serverStreaming({});
    await responses.next();
    while (!seen?.writableNeedDrain) await barrier(client);
    for (let i = 0; i < 50; i++) await barrier(client);
    expect(source.pulled).toBeLessThanOrEqual(1 + 64);
    await responses.return();
    await closed.promise;
    expect(source.isClosed).toBe(true);
  });
});

/** Uploads to a handler that reads one message per round trip. Returns how far the source got ahead of it. */
async function uploadToSlowServer(options?: ClientOptions): Promise<number> {
  const source = new Source();
  let received = 0;
  let furthest = 0;
  await using server = await serve({
    async clientStreaming(requests) {
      for await (const _ of requests) {
        received++;
        await barrier(client);
        furthest = Math.max(furthest, source.pulled - received);
      }
      return { messagesProcessed: received };
    },
  });
  const client = server.connect(options);
  const { messagesProcessed } = await client.clientStreaming(source.messages(1000, 4096));
  expect(messagesProcessed).toBe(1000);
  return furthest;
}

describe('requests', () => {
  test('are not asked for far ahead of a slow handler, since the retry buffer is small', async () => {
    expect(await uploadToSlowServer()).toBeLessThanOrEqual(128);
  });

  test('run ahead by the retry buffer where that is set by the caller', async () => {
    expect(await uploadToSlowServer({ 'grpc.per_rpc_retry_buffer_size': 1024 ** 2 })).toBeGreaterThan(200);
  });

  test('are written only while the transport has room', async () => {
    const probes: ReturnType<typeof probe>[] = [];
    await using server = await serve({ bidirectionalStreaming: (requests) => requests });
    const client = server.connect({
      callInvocationTransformer(properties) {
        probes.push(probe(properties.call as unknown as Writable));
        return properties;
      },
    });
    const source = new Source();
    const echoed = await Array.fromAsync(client.bidirectionalStreaming(source.messages(500, 8192)));
    expect(echoed).toHaveLength(500);
    expect(probes).toMatchObject([{ writes: 500, violations: 0 }]);
    expect(probes[0]?.longestQueue).toBeLessThanOrEqual(mark);
  });

  test('stop when the handler never reads, and the call ends all the same', async () => {
    const source = new Source();
    const gate = Promise.withResolvers<void>();
    await using server = await serve({
      async clientStreaming() {
        await gate.promise;
        return { status: 'not interested' };
      },
    });
    const client = server.connect();
    const upload = client.clientStreaming(source.messages(10_000, 16_384));
    for (let i = 0; i < 50; i++) await barrier(client);
    expect(source.pulled).toBeLessThan(200);
    gate.resolve();
    expect((await upload).status).toBe('not interested');
    expect(source.isClosed).toBe(true);
  });

  test('and responses flow at once: both sides may send more than fits before they read', async () => {
    const up = new Source();
    const down = new Source();
    await using server = await serve({
      async *bidirectionalStreaming(requests) {
        const reading = Array.fromAsync(requests);
        yield* down.messages(400, 16_384);
        yield { timestamp: BigInt((await reading).length) };
      },
    });
    const responses = server.connect().bidirectionalStreaming(up.messages(400, 16_384));
    const received = await Array.fromAsync(responses);
    expect(received).toHaveLength(401);
    expect(received.at(-1)?.timestamp).toBe(400n);
  });
});

test('a handler that waits for room is woken by the deadline', async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await serve({
    async *serverStreaming() {
      try {
        for (;;) yield { content: 'x'.repeat(65_536) };
      } finally {
        closed.resolve();
      }
    },
  });
  const client = server.connect();
  await barrier(client);
  const responses = client.serverStreaming({}, { deadline: Date.now() + 500 });
  await responses.next();
  await closed.promise;
  await expect(Array.fromAsync(responses)).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
});
