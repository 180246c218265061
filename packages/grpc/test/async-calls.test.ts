import { credentials, Metadata } from '@grpc/grpc-js';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { describe, expect, test } from 'vitest';
import { type CallContext, createAsyncClient, createAsyncHandlers, createClient } from '../src/index.ts';
import { type StreamingHandlers, serve, servePlain } from './streaming-server.ts';

const handlers: StreamingHandlers = {
  unaryCall: async ({ content }) => ({ content: `Echo: ${content}`, timestamp: 2n ** 60n }),
  async *serverStreaming({ topic, maxMessages }) {
    for (let i = 1; i <= maxMessages; i++) yield { content: `${topic} ${i}` };
  },
  async clientStreaming(requests) {
    let length = 0;
    for await (const { content } of requests) length += content.length;
    return { status: `length ${length}` };
  },
  async *bidirectionalStreaming(requests) {
    for await (const { content } of requests) yield { content: `Echo: ${content}` };
    yield { content: 'bye' };
  },
};

async function contents(responses: AsyncIterable<{ content: string }>): Promise<string[]> {
  return (await Array.fromAsync(responses)).map(({ content }) => content);
}

function metadata(entries: Record<string, string>): Metadata {
  return Metadata.fromHttp2Headers(entries);
}

describe('createAsyncHandlers and createAsyncClient', () => {
  test('make a unary call', async () => {
    await using server = await serve(handlers);
    const response = await server.connect().unaryCall({ content: 'hello' });
    expect(response).toMatchObject({ content: 'Echo: hello', timestamp: 2n ** 60n });
  });

  test('make a server streaming call', async () => {
    await using server = await serve(handlers);
    const responses = server.connect().serverStreaming({ topic: 'news', maxMessages: 3 });
    expect(await contents(responses)).toEqual(['news 1', 'news 2', 'news 3']);
  });

  test('make a client streaming call, from an array or a generator', async () => {
    await using server = await serve(handlers);
    const client = server.connect();
    async function* requests() {
      yield { content: 'one' };
      yield { content: 'three' };
    }
    expect((await client.clientStreaming(requests())).status).toBe('length 8');
    expect((await client.clientStreaming([{ content: 'two' }])).status).toBe('length 3');
  });

  test('make a bidirectional streaming call in which each message waits for the reply to the one before', async () => {
    await using server = await serve(handlers);
    let replied = Promise.withResolvers<void>();
    async function* requests() {
      for (const content of ['a', 'b', 'c']) {
        yield { content };
        await replied.promise;
      }
    }
    const replies: string[] = [];
    for await (const { content } of server.connect().bidirectionalStreaming(requests())) {
      replies.push(content);
      const { resolve } = replied;
      replied = Promise.withResolvers();
      resolve();
    }
    expect(replies).toEqual(['Echo: a', 'Echo: b', 'Echo: c', 'bye']);
  });

  test('deliver what a handler sends after the client has half-closed', async () => {
    await using server = await serve(handlers);
    expect(await contents(server.connect().bidirectionalStreaming([]))).toEqual(['bye']);
  });

  test('serve streams without a message', async () => {
    await using server = await serve(handlers);
    const client = server.connect();
    expect(await contents(client.serverStreaming({ maxMessages: 0 }))).toEqual([]);
    expect((await client.clientStreaming([])).status).toBe('length 0');
  });

  test('answer several next() calls in order', async () => {
    await using server = await serve(handlers);
    const responses = server.connect().serverStreaming({ topic: 'news', maxMessages: 2 });
    const results = await Promise.all([responses.next(), responses.next(), responses.next()]);
    expect(results.map(({ value }) => value?.content)).toEqual(['news 1', 'news 2', undefined]);
  });

  test('call the methods of a class instance', async () => {
    class Service implements StreamingHandlers {
      readonly greeting = 'Hi';
      unaryCall() {
        return { content: this.greeting };
      }
      serverStreaming = handlers.serverStreaming;
      clientStreaming = handlers.clientStreaming;
      bidirectionalStreaming = handlers.bidirectionalStreaming;
    }
    await using server = await servePlain(createAsyncHandlers(StreamingService, new Service()));
    expect((await server.connect().unaryCall({})).content).toBe('Hi');
  });
});

describe('metadata', () => {
  test('crosses in both directions: request, headers and trailers', async () => {
    const seen: unknown[] = [];
    await using server = await serve({
      async *serverStreaming(_request, context) {
        seen.push(context.requestMetadata.get('token'));
        context.responseHeaders.set('header', 'h');
        yield {};
        context.responseTrailers.set('trailer', 't');
      },
    });
    const responses = server.connect().serverStreaming(
      {},
      {
        metadata: metadata({ token: 'secret' }),
        onHeaders: (headers) => seen.push(headers.get('header')),
        onTrailers: (trailers) => seen.push(trailers.get('trailer')),
      },
    );
    for await (const _ of responses) seen.push('message');
    expect(seen).toEqual([['secret'], ['h'], 'message', ['t']]);
  });

  test('comes with a single response too', async () => {
    await using server = await serve({
      unaryCall(_request, context) {
        context.responseHeaders.set('header', 'h');
        context.responseTrailers.set('trailer', 't');
        return {};
      },
    });
    const seen: unknown[] = [];
    await server.connect().unaryCall(
      {},
      {
        onHeaders: (headers) => seen.push(headers.get('header')),
        onTrailers: (trailers) => seen.push(trailers.get('trailer')),
      },
    );
    expect(seen).toEqual([['h'], ['t']]);
  });

  test('sends headers before the first message when it is told to', async () => {
    const gate = Promise.withResolvers<void>();
    await using server = await serve({
      async *serverStreaming(_request, context) {
        context.responseHeaders.set('state', 'subscribed');
        context.sendHeaders();
        await gate.promise;
        yield {};
      },
    });
    const headers = Promise.withResolvers<Metadata>();
    const responses = server.connect().serverStreaming({}, { onHeaders: headers.resolve });
    const first = responses.next();
    expect((await headers.promise).get('state')).toEqual(['subscribed']);
    gate.resolve();
    expect((await first).done).toBe(false);
  });
});

describe('call context', () => {
  test('tells peer, path, deadline and remaining time', async () => {
    const contexts: Pick<CallContext, 'peer' | 'path' | 'deadline' | 'remainingMs'>[] = [];
    await using server = await serve({
      unaryCall(_request, { peer, path, deadline, remainingMs }) {
        contexts.push({ peer, path, deadline, remainingMs });
        return {};
      },
    });
    const client = server.connect();
    const before = Date.now();
    await client.unaryCall({}, { deadline: before + 60_000 });
    await client.unaryCall({});
    const [limited, unlimited] = contexts;
    expect(limited?.peer).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(limited?.path).toBe('/streamlings.streaming.v1.StreamingService/UnaryCall');
    expect(limited?.remainingMs).toBeGreaterThan(30_000);
    expect(limited?.remainingMs).toBeLessThanOrEqual(60_000);
    expect(limited?.deadline?.getTime()).toBeGreaterThan(before + 30_000);
    expect(unlimited).toMatchObject({ deadline: undefined, remainingMs: Number.POSITIVE_INFINITY });
  });

  test('hands its deadline on to another call', async () => {
    await using backend = await serve({
      unaryCall: (_request, { remainingMs }) => ({ timestamp: BigInt(Math.round(remainingMs)) }),
    });
    const backendClient = backend.connect();
    await using server = await serve({
      unaryCall: (_request, { deadline, signal }) => backendClient.unaryCall({}, { deadline, signal }),
    });
    const { timestamp } = await server.connect().unaryCall({}, { deadline: Date.now() + 60_000 });
    expect(timestamp).toBeGreaterThan(30_000n);
    expect(timestamp).toBeLessThanOrEqual(60_000n);
  });
});

describe('createAsyncClient on what exists', () => {
  test('uses a plain client, and leaves it open', async () => {
    await using server = await serve(handlers);
    const plain = createClient(StreamingService, server.address, credentials.createInsecure());
    const client = createAsyncClient(StreamingService, plain);
    client.close();
    expect((await client.unaryCall({ content: 'x' })).content).toBe('Echo: x');
    plain.close();
  });

  test('uses a channel, and leaves it open', async () => {
    await using server = await serve(handlers);
    const plain = createClient(StreamingService, server.address, credentials.createInsecure());
    const client = createAsyncClient(StreamingService, plain.getChannel());
    client[Symbol.dispose]();
    expect((await client.unaryCall({ content: 'x' })).content).toBe('Echo: x');
    plain.close();
  });

  test('rejects calls after it was closed', async () => {
    await using server = await serve(handlers);
    const client = server.connect();
    client.close();
    await expect(client.unaryCall({})).rejects.toThrow('Channel has been shut down');
    await expect(client.serverStreaming({}).next()).rejects.toThrow('Channel has been shut down');
  });
});
