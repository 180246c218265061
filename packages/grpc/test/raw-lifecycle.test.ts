import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import { StreamResponseSchema } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { describe, expect, test } from 'vitest';
import { encodeResponse, type GrpcRequest, type GrpcResponse, StatusError } from '../src/index.ts';
import { echo, read, reply, serveRaw } from './raw-server.ts';
import { barrier } from './streaming-server.ts';

const sum = (count: number) => encodeResponse(StreamResponseSchema, { messagesProcessed: count });
const kibibytes = (count: number) => reply('x'.repeat(count * 1024));

/** Sends one message and leaves the upload open. */
async function* neverEnding() {
  yield { content: 'first' };
  await new Promise(() => {});
}

describe('a client that leaves', () => {
  test('runs the `finally` of a generator that is at a yield', async () => {
    const cleanedUp = Promise.withResolvers<unknown>();
    await using server = await serveRaw({
      async *handleServerStream(_request, { signal }) {
        try {
          for (;;) yield kibibytes(16);
        } finally {
          cleanedUp.resolve(signal.reason);
        }
      },
    });
    for await (const _ of server.connect().serverStreaming({})) break;
    expect(await cleanedUp.promise).toMatchObject({ code: status.CANCELLED });
  });

  test('closes an iterator at once that is waiting in next()', async () => {
    const closed = Promise.withResolvers<void>();
    const waiting = Promise.withResolvers<IteratorResult<GrpcResponse>>();
    const results = [Promise.resolve({ done: false, value: reply('first') }), waiting.promise];
    await using server = await serveRaw({
      handleServerStream: () => ({
        [Symbol.asyncIterator]: () => ({
          next: () => results.shift() as Promise<IteratorResult<GrpcResponse>>,
          async return() {
            closed.resolve();
            waiting.resolve({ done: true, value: undefined });
            return { done: true, value: undefined };
          },
        }),
      }),
    });
    for await (const _ of server.connect().serverStreaming({})) break;
    await closed.promise;
  });

  test('makes its upload fail instead of end', async () => {
    const outcome = Promise.withResolvers<unknown>();
    const received = Promise.withResolvers<void>();
    await using server = await serveRaw({
      async handleClientStream(requests) {
        try {
          for await (const _ of requests) received.resolve();
          outcome.resolve('complete');
        } catch (error) {
          outcome.resolve(error);
        }
        return sum(0);
      },
    });
    const controller = new AbortController();
    const upload = server.connect().clientStreaming(neverEnding(), { signal: controller.signal });
    await received.promise;
    controller.abort();
    await expect(upload).rejects.toMatchObject({ code: status.CANCELLED });
    expect(await outcome.promise).toMatchObject({ code: status.CANCELLED });
  });
});

describe('backpressure', () => {
  test('asks a handler for no more responses while the reader stalls', async () => {
    let produced = 0;
    const closed = Promise.withResolvers<void>();
    await using server = await serveRaw({
      ...echo,
      async *handleServerStream() {
        try {
          for (; produced < 10_000; produced++) yield kibibytes(16);
        } finally {
          closed.resolve();
        }
      },
    });
    const client = server.connect();
    const responses = client.serverStreaming({});
    await responses.next();
    for (let i = 0; i < 100; i++) await barrier(client);
    expect(produced).toBeLessThanOrEqual(64);
    await responses.return();
    await closed.promise;
  });

  test('takes no more requests than a handler reads', async () => {
    let pulled = 0;
    const gate = Promise.withResolvers<void>();
    await using server = await serveRaw({
      ...echo,
      async handleClientStream(requests) {
        await gate.promise;
        return sum((await Array.fromAsync(requests)).length);
      },
    });
    async function* source() {
      for (; pulled < 1000; pulled++) yield { content: 'x'.repeat(16_384) };
    }
    const client = server.connect();
    const upload = client.clientStreaming(source());
    for (let i = 0; i < 100; i++) await barrier(client);
    expect(pulled).toBeLessThan(200);
    gate.resolve();
    expect((await upload).messagesProcessed).toBe(1000);
  });
});

describe('a bidirectional handler', () => {
  test('may respond before it reads, and before the client has sent', async () => {
    await using server = await serveRaw({
      async *handleBidiStream(requests) {
        yield reply('welcome');
        for await (const request of requests) yield reply(read(request));
      },
    });
    const welcomed = Promise.withResolvers<void>();
    async function* afterTheWelcome() {
      await welcomed.promise;
      yield { content: 'thanks' };
    }
    const contents: string[] = [];
    for await (const { content } of server.connect().bidirectionalStreaming(afterTheWelcome())) {
      contents.push(content);
      welcomed.resolve();
    }
    expect(contents).toEqual(['welcome', 'thanks']);
  });

  test('may go on responding after the client has half-closed', async () => {
    await using server = await serveRaw({
      async *handleBidiStream(requests) {
        const count = (await Array.fromAsync(requests)).length;
        for (let i = 0; i < count * 2; i++) yield reply(String(i));
      },
    });
    const responses = await Array.fromAsync(server.connect().bidirectionalStreaming([{}, {}]));
    expect(responses.map(({ content }) => content)).toEqual(['0', '1', '2', '3']);
  });

  test('may end before the client does: the call is OK, and the source of requests is closed', async () => {
    const closed = Promise.withResolvers<void>();
    await using server = await serveRaw({
      async *handleBidiStream(requests) {
        await requests.next();
        yield reply('enough');
      },
    });
    async function* endless() {
      try {
        for (;;) yield { content: 'again' };
      } finally {
        closed.resolve();
      }
    }
    expect(await Array.fromAsync(server.connect().bidirectionalStreaming(endless()))).toHaveLength(1);
    await closed.promise;
  });
});

describe('requests', () => {
  test('that are left by break are over, what follows is discarded, and the call is answered', async () => {
    let afterwards: unknown;
    await using server = await serveRaw({
      async handleClientStream(requests) {
        let count = 0;
        for await (const request of requests) {
          count++;
          if (read(request) === 'last') break;
        }
        afterwards = await requests.next();
        return sum(count);
      },
    });
    const uploads = ['a', 'last', 'b', 'c'].map((content) => ({ content }));
    expect((await server.connect().clientStreaming(uploads)).messagesProcessed).toBe(2);
    expect(afterwards).toEqual({ done: true, value: undefined });
  });

  test('asked for by several next() at once come one each, in order', async () => {
    let got: (string | undefined)[] = [];
    await using server = await serveRaw({
      async handleClientStream(requests) {
        const results = await Promise.all([requests.next(), requests.next(), requests.next()]);
        got = results.map(({ value }) => value && read(value as GrpcRequest));
        return sum(3);
      },
    });
    await server.connect().clientStreaming([{ content: 'a' }, { content: 'b' }]);
    expect(got).toEqual(['a', 'b', undefined]);
  });

  test('whose error the handler lets through give the call its status', async () => {
    const told: unknown[] = [];
    await using server = await serveRaw(
      {
        async *handleBidiStream(requests) {
          for await (const request of requests) {
            if (read(request) === 'bad') throw new StatusError(status.INVALID_ARGUMENT, 'bad');
            yield reply('good');
          }
        },
      },
      { onInternalError: (error) => told.push(error) },
    );
    const contents: string[] = [];
    const drain = async () => {
      const sent = ['good', 'bad', 'good'].map((content) => ({ content }));
      for await (const { content } of server.connect().bidirectionalStreaming(sent)) contents.push(content);
    };
    await expect(drain()).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
    expect([contents, told]).toEqual([['good'], []]);
  });
});

test('the shutdown signal ends raw calls with UNAVAILABLE', async () => {
  const shutdown = new AbortController();
  await using server = await serveRaw(
    {
      async *handleServerStream(_request, { signal }) {
        yield reply('first');
        await once(signal, 'abort');
      },
    },
    { shutdownSignal: shutdown.signal },
  );
  const responses = server.connect().serverStreaming({});
  await responses.next();
  shutdown.abort();
  await expect(responses.next()).rejects.toMatchObject({ code: status.UNAVAILABLE });
});
