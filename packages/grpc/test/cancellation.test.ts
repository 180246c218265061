import { getEventListeners, once } from 'node:events';
import { connect } from 'node:http2';
import { status } from '@grpc/grpc-js';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { describe, expect, test } from 'vitest';
import type { AsyncClient, CallContext, StatusError } from '../src/index.ts';
import { barrier, serve } from './streaming-server.ts';

type Client = AsyncClient<typeof StreamingService>;

/** A server whose stream never ends, and what is known about how its handler did. */
async function serveEndless() {
  const cleanedUp = Promise.withResolvers<StatusError>();
  const server = await serve({
    async *serverStreaming(_request, { signal }) {
      try {
        for (;;) yield { content: 'x'.repeat(16_384) };
      } finally {
        cleanedUp.resolve(signal.reason);
      }
    },
  });
  return { server, cleanedUp: cleanedUp.promise };
}

const waysToLeave: Record<string, (client: Client) => Promise<void>> = {
  async break(client) {
    for await (const _ of client.serverStreaming({})) break;
  },
  async throw(client) {
    const leave = async () => {
      for await (const _ of client.serverStreaming({})) throw new Error('enough');
    };
    await expect(leave()).rejects.toThrow('enough');
  },
  async return(client) {
    const responses = client.serverStreaming({});
    await responses.next();
    await responses.return();
    expect(await responses.next()).toEqual({ done: true, value: undefined });
  },
  async 'await using'(client) {
    await using responses = client.serverStreaming({});
    await responses.next();
  },
  async 'the signal'(client) {
    const controller = new AbortController();
    const responses = client.serverStreaming({}, { signal: controller.signal });
    await responses.next();
    for (let i = 0; i < 5; i++) await barrier(client);
    controller.abort();
    await expect(responses.next()).rejects.toMatchObject({ code: status.CANCELLED });
  },
};

describe('a client that leaves early', () => {
  test.each(Object.keys(waysToLeave))('cancels the call by %s, and the handler cleans up', async (way) => {
    const { server, cleanedUp } = await serveEndless();
    await using _ = server;
    await waysToLeave[way]?.(server.connect());
    expect(await cleanedUp).toMatchObject({ code: status.CANCELLED });
  });

  test('starts no call if it never reads', async () => {
    let calls = 0;
    await using server = await serve({
      async *serverStreaming() {
        calls++;
        yield {};
      },
    });
    const client = server.connect();
    const responses = client.serverStreaming({});
    await barrier(client);
    await responses.return();
    await barrier(client);
    expect(calls).toBe(0);
  });

  test('wakes a next() that is waiting', async () => {
    await using server = await serve({
      async *serverStreaming(_request, { signal }) {
        await once(signal, 'abort');
        yield {};
      },
    });
    const client = server.connect();
    const responses = client.serverStreaming({});
    const pending = responses.next();
    await responses.return();
    expect(await pending).toEqual({ done: true, value: undefined });
  });
});

describe('the signal of a call', () => {
  test('fails a call that has not started without starting it', async () => {
    let calls = 0;
    await using server = await serve({
      unaryCall() {
        calls++;
        return {};
      },
    });
    const client = server.connect();
    const signal = AbortSignal.abort();
    await expect(client.unaryCall({}, { signal })).rejects.toMatchObject({ code: status.CANCELLED });
    await expect(client.clientStreaming([], { signal })).rejects.toMatchObject({ code: status.CANCELLED });
    await expect(client.serverStreaming({}, { signal }).next()).rejects.toMatchObject({
      code: status.CANCELLED,
    });
    await barrier(client);
    expect(calls).toBe(1);
  });

  test('keeps its reason as the cause, and makes a timeout DEADLINE_EXCEEDED', async () => {
    await using server = await serve({
      unaryCall: (_request, { signal }) => once(signal, 'abort').then(() => ({})),
    });
    const client = server.connect();
    const controller = new AbortController();
    const pending = client.unaryCall({}, { signal: controller.signal });
    const reason = new Error('the user left');
    controller.abort(reason);
    await expect(pending).rejects.toMatchObject({ code: status.CANCELLED, cause: reason });
    const timeout = client.unaryCall({}, { signal: AbortSignal.timeout(1) });
    await expect(timeout).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
  });

  test('is let go of when the call is over', async () => {
    await using server = await serve({
      async *serverStreaming() {
        yield {};
      },
    });
    const client = server.connect();
    const { signal } = new AbortController();
    await client.unaryCall({}, { signal });
    for await (const _ of client.serverStreaming({}, { signal })) {
      expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    }
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('a handler', () => {
  test('is aborted at the deadline, and its client hears DEADLINE_EXCEEDED', async () => {
    const aborted = Promise.withResolvers<void>();
    await using server = await serve({
      async *serverStreaming(_request, { signal }) {
        yield {};
        await once(signal, 'abort');
        aborted.resolve();
      },
    });
    const client = server.connect();
    await barrier(client);
    const responses = client.serverStreaming({}, { deadline: Date.now() + 500 });
    await responses.next();
    await expect(responses.next()).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
    await aborted.promise;
  });

  test('is aborted with DEADLINE_EXCEEDED although its client does nothing at the deadline', async () => {
    const reason = Promise.withResolvers<StatusError>();
    await using server = await serve({
      async *serverStreaming(_request, { signal }) {
        yield {};
        await once(signal, 'abort');
        reason.resolve(signal.reason);
      },
    });
    // A client of this library resets the call at its own deadline, and the server hears of whatever is first.
    const session = connect(`http://${server.address}`);
    const call = session.request({
      ':method': 'POST',
      ':path': '/streamlings.streaming.v1.StreamingService/ServerStreaming',
      'content-type': 'application/grpc',
      te: 'trailers',
      'grpc-timeout': '200m',
    });
    call.end(Buffer.alloc(5));
    const [trailers] = await once(call.resume(), 'trailers');
    expect(trailers['grpc-status']).toBe(String(status.DEADLINE_EXCEEDED));
    expect(await reason.promise).toMatchObject({ code: status.DEADLINE_EXCEEDED });
    session.destroy();
  });

  test('is aborted with CANCELLED when the connection breaks', async () => {
    const { server, cleanedUp } = await serveEndless();
    await using _ = server;
    const client = server.connect();
    const responses = client.serverStreaming({});
    await responses.next();
    server.server.forceShutdown();
    expect(await cleanedUp).toMatchObject({ code: status.CANCELLED });
    await expect(Array.fromAsync(responses)).rejects.toThrow();
  });

  test('is ended with UNAVAILABLE by the shutdown signal, and the server can then stop', async () => {
    const shutdown = new AbortController();
    await using server = await serve(
      {
        unaryCall: (_request, { signal }) => Promise.reject(signal.reason),
        async *serverStreaming(_request, { signal }) {
          yield {};
          await once(signal, 'abort');
        },
        async *bidirectionalStreaming(requests) {
          yield {};
          for await (const _ of requests);
        },
      },
      { shutdownSignal: shutdown.signal },
    );
    const client = server.connect();
    const reading = client.serverStreaming({});
    const chatting = client.bidirectionalStreaming(neverEnding());
    await reading.next();
    await chatting.next();
    shutdown.abort();
    await expect(reading.next()).rejects.toMatchObject({ code: status.UNAVAILABLE });
    await expect(chatting.next()).rejects.toMatchObject({ code: status.UNAVAILABLE });
    await expect(client.unaryCall({})).rejects.toMatchObject({ code: status.UNAVAILABLE });
    const stopped = Promise.withResolvers<void>();
    server.server.tryShutdown((error) => (error ? stopped.reject(error) : stopped.resolve()));
    await stopped.promise;
  });

  test('lets go of the shutdown signal when it has answered', async () => {
    const { signal } = new AbortController();
    const listeners: number[] = [];
    await using server = await serve(
      {
        unaryCall() {
          listeners.push(getEventListeners(signal, 'abort').length);
          return {};
        },
      },
      { shutdownSignal: signal },
    );
    const client = server.connect();
    await barrier(client);
    await barrier(client);
    expect(listeners).toEqual([1, 1]);
  });

  test('is not aborted by a call that went well', async () => {
    const contexts: CallContext[] = [];
    await using server = await serve({
      unaryCall(_request, context) {
        contexts.push(context);
        return {};
      },
      async *serverStreaming(_request, context) {
        contexts.push(context);
        yield {};
      },
    });
    const client = server.connect();
    await client.unaryCall({});
    await Array.fromAsync(client.serverStreaming({}));
    await barrier(client);
    expect(contexts.map(({ signal }) => signal.aborted)).toEqual([false, false, false]);
  });

  test('sees an upload that was cancelled fail instead of end', async () => {
    const outcomes: unknown[] = [];
    let over = Promise.withResolvers<void>();
    let received = Promise.withResolvers<void>();
    await using server = await serve({
      async clientStreaming(requests) {
        try {
          for await (const _ of requests) received.resolve();
          outcomes.push('complete');
        } catch (error) {
          outcomes.push((error as StatusError).code);
        }
        over.resolve();
        return {};
      },
    });
    const client = server.connect();
    for (let i = 0; i < 20; i++) {
      over = Promise.withResolvers();
      received = Promise.withResolvers();
      const controller = new AbortController();
      const upload = client.clientStreaming(neverEnding(), { signal: controller.signal });
      await received.promise;
      controller.abort();
      await expect(upload).rejects.toMatchObject({ code: status.CANCELLED });
      await over.promise;
    }
    expect(outcomes).toEqual(Array(20).fill(status.CANCELLED));
  });

  test('is aborted although requests it has not read are waiting', async () => {
    const aborted = Promise.withResolvers<StatusError>();
    await using server = await serve({
      async *bidirectionalStreaming(requests, { signal }) {
        await requests.next();
        yield {};
        await once(signal, 'abort');
        aborted.resolve(signal.reason);
      },
    });
    const client = server.connect();
    for await (const _ of client.bidirectionalStreaming(manyMessages(1000))) break;
    expect(await aborted.promise).toMatchObject({ code: status.CANCELLED });
  });
});

describe('requests', () => {
  test('end for whoever still reads them when the handler has answered', async () => {
    const readToTheEnd = Promise.withResolvers<void>();
    await using server = await serve({
      async *bidirectionalStreaming(requests) {
        await requests.next();
        Array.fromAsync(requests).then(() => readToTheEnd.resolve(), readToTheEnd.reject);
        yield {};
      },
    });
    const responses = server.connect().bidirectionalStreaming(neverEnding());
    expect(await Array.fromAsync(responses)).toHaveLength(1);
    await readToTheEnd.promise;
  });
});

describe('a source of requests', () => {
  test('is closed when the server answers early', async () => {
    const closed = Promise.withResolvers<void>();
    await using server = await serve({
      async clientStreaming(requests) {
        await requests.next();
        return { status: 'enough' };
      },
    });
    const { status: text } = await server.connect().clientStreaming(endless(closed.resolve));
    expect(text).toBe('enough');
    await closed.promise;
  });

  test('is closed when the client leaves', async () => {
    const closed = Promise.withResolvers<void>();
    await using server = await serve({
      async *bidirectionalStreaming(requests) {
        for await (const _ of requests) yield {};
      },
    });
    for await (const _ of server.connect().bidirectionalStreaming(endless(closed.resolve))) break;
    await closed.promise;
  });

  test('cancels the call when it fails, and the caller gets its error', async () => {
    const received = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<StatusError>();
    await using server = await serve({
      async clientStreaming(requests, { signal }) {
        await requests.next();
        received.resolve();
        await once(signal, 'abort');
        aborted.resolve(signal.reason);
        return {};
      },
      bidirectionalStreaming: (requests) => requests,
    });
    const failure = new Error('the disk is gone');
    async function* failing() {
      yield {};
      await received.promise;
      throw failure;
    }
    const client = server.connect();
    await expect(client.clientStreaming(failing())).rejects.toBe(failure);
    expect(await aborted.promise).toMatchObject({ code: status.CANCELLED });
    await expect(Array.fromAsync(client.bidirectionalStreaming(failing()))).rejects.toBe(failure);
  });
});

async function* endless(onClose: () => void) {
  try {
    for (;;) yield { content: 'again' };
  } finally {
    onClose();
  }
}

async function* manyMessages(count: number) {
  for (let i = 0; i < count; i++) yield { content: 'x'.repeat(1024) };
}

/** Sends one message and leaves the upload open. */
async function* neverEnding() {
  yield { content: 'first' };
  await new Promise(() => {});
}
