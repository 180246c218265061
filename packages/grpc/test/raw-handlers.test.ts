import { Metadata, status } from '@grpc/grpc-js';
import {
  StreamingService,
  StreamResponseSchema,
} from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { describe, expect, test } from 'vitest';
import {
  encodeResponse,
  type GrpcCallContext,
  type GrpcHandler,
  type GrpcRequest,
  type StatusError,
} from '../src/index.ts';
import { echo, read, reply, serveRaw } from './raw-server.ts';

const sum = (count: number) => encodeResponse(StreamResponseSchema, { messagesProcessed: count });

function metadata(entries: Record<string, string | Buffer>): Metadata {
  const result = new Metadata();
  for (const [key, value] of Object.entries(entries)) result.set(key, value);
  return result;
}

describe('a raw handler', () => {
  test('answers a unary call', async () => {
    await using server = await serveRaw({ handleRequest: async (request) => reply(`${read(request)}!`) });
    expect((await server.connect().unaryCall({ content: 'hi' })).content).toBe('hi!');
  });

  test('answers a server streaming call', async () => {
    await using server = await serveRaw({
      async *handleServerStream() {
        yield reply('a');
        yield reply('b');
      },
    });
    const messages = await Array.fromAsync(server.connect().serverStreaming({}));
    expect(messages.map(({ content }) => content)).toEqual(['a', 'b']);
  });

  test('answers a client streaming call', async () => {
    await using server = await serveRaw({
      async handleClientStream(requests) {
        return sum((await Array.fromAsync(requests)).length);
      },
    });
    const uploads = [{ content: 'a' }, { content: 'b' }, {}];
    expect((await server.connect().clientStreaming(uploads)).messagesProcessed).toBe(3);
  });

  test('responds to each request of a bidirectional call before the next is sent', async () => {
    await using server = await serveRaw({
      async *handleBidiStream(requests) {
        for await (const request of requests) yield reply(`${read(request)}!`);
      },
    });
    let answered = Promise.withResolvers<void>();
    async function* ask() {
      for (const content of ['a', 'b', 'c']) {
        answered = Promise.withResolvers();
        yield { content };
        await answered.promise;
      }
    }
    const contents: string[] = [];
    for await (const { content } of server.connect().bidirectionalStreaming(ask())) {
      contents.push(content);
      answered.resolve();
    }
    expect(contents).toEqual(['a!', 'b!', 'c!']);
  });

  test('answers a kind of call that it has no method for with UNIMPLEMENTED', async () => {
    await using server = await serveRaw(echo);
    const client = server.connect();
    const unimplemented = { code: status.UNIMPLEMENTED };
    await expect(client.serverStreaming({}).next()).rejects.toMatchObject({
      ...unimplemented,
      details:
        'not implemented: streamlings.streaming.v1.StreamingService/ServerStreaming, a server_streaming method, has no handleServerStream',
    });
    await expect(client.clientStreaming([])).rejects.toMatchObject(unimplemented);
    await expect(client.bidirectionalStreaming([]).next()).rejects.toMatchObject(unimplemented);
  });

  test('may be an instance of a class', async () => {
    class Greeter implements GrpcHandler {
      readonly #greeting = 'Hello';
      handleRequest(request: GrpcRequest) {
        return reply(`${this.#greeting}, ${read(request)}`);
      }
    }
    await using server = await serveRaw(new Greeter());
    expect((await server.connect().unaryCall({ content: 'Ada' })).content).toBe('Hello, Ada');
  });
});

describe('a request', () => {
  test('says for which method it is, and brings its bytes and the metadata', async () => {
    const seen: GrpcRequest[] = [];
    await using server = await serveRaw({
      handleRequest(request) {
        seen.push(request);
        return reply('');
      },
      async handleClientStream(requests) {
        for await (const request of requests) seen.push(request);
        return sum(0);
      },
    });
    const client = server.connect();
    await client.unaryCall({ content: 'a' }, { metadata: metadata({ token: 't' }) });
    await client.clientStreaming([{ content: 'b' }, {}], { metadata: metadata({ token: 'u' }) });
    const serviceName = StreamingService.typeName;
    expect(seen).toEqual([
      {
        serviceName,
        methodName: 'UnaryCall',
        payload: Uint8Array.of(10, 1, 97),
        metadata: expect.objectContaining({ token: 't' }),
      },
      {
        serviceName,
        methodName: 'ClientStreaming',
        payload: Uint8Array.of(10, 1, 98),
        metadata: expect.objectContaining({ token: 'u' }),
      },
      {
        serviceName,
        methodName: 'ClientStreaming',
        payload: new Uint8Array(),
        metadata: expect.objectContaining({ token: 'u' }),
      },
    ]);
  });

  test('has text, repeated text in one, bytes, and nothing of the transport in its metadata', async () => {
    let received: GrpcRequest['metadata'] = {};
    await using server = await serveRaw({
      handleRequest(request) {
        received = request.metadata;
        return reply('');
      },
    });
    const sent = metadata({ Token: 't', 'trace-bin': Buffer.from([0, 255]) });
    sent.add('tag', 'a');
    sent.add('tag', 'b');
    await server.connect().unaryCall({}, { metadata: sent, deadline: Date.now() + 60_000 });
    expect(received).toEqual({
      token: 't',
      tag: 'a, b',
      'trace-bin': Uint8Array.of(0, 255),
      'user-agent': expect.stringContaining('grpc-node-js'),
    });
  });
});

describe('the call context', () => {
  test('tells everything about a call without a request', async () => {
    const deadline = Date.now() + 60_000;
    let known: GrpcCallContext | undefined;
    let peer = '';
    await using server = await serveRaw({
      async handleClientStream(requests, context) {
        known = context;
        peer = context.peer;
        for await (const _ of requests);
        return sum(0);
      },
    });
    await server.connect().clientStreaming([], { metadata: metadata({ token: 't' }), deadline });
    expect([known?.serviceName, known?.methodName]).toEqual([StreamingService.typeName, 'ClientStreaming']);
    expect([known?.metadata.token, known?.signal.aborted]).toEqual(['t', false]);
    expect(peer).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(known?.remainingMs).toBeGreaterThan(1);
  });

  test('has the deadline that the client set, within the precision of the wire', async () => {
    const seen: (Date | undefined)[] = [];
    await using server = await serveRaw({
      handleRequest(_request, context) {
        seen.push(context.deadline);
        return reply('');
      },
    });
    const deadline = Date.now() + 60_000;
    await server.connect().unaryCall({}, { deadline });
    await server.connect().unaryCall({});
    expect(Math.abs(Number(seen[0]) - deadline)).toBeLessThan(5_000);
    expect(seen[1]).toBeUndefined();
  });

  test('knows the metadata before the first message has come', async () => {
    const started = Promise.withResolvers<string | Uint8Array | undefined>();
    await using server = await serveRaw({
      async handleClientStream(requests, { metadata }) {
        started.resolve(metadata.token);
        return sum((await Array.fromAsync(requests)).length);
      },
    });
    async function* afterTheStart() {
      await started.promise;
      yield {};
    }
    const options = { metadata: metadata({ token: 't' }) };
    await server.connect().clientStreaming(afterTheStart(), options);
    expect(await started.promise).toBe('t');
  });
});

describe('a response', () => {
  async function call(handler: GrpcHandler, kind: 'unaryCall' | 'serverStreaming' = 'unaryCall') {
    const told: unknown[] = [];
    await using server = await serveRaw(handler, { onInternalError: (error) => told.push(error) });
    let headers: Metadata | undefined;
    let trailers: Metadata | undefined;
    const options = {
      onHeaders: (received: Metadata) => {
        headers = received;
      },
      onTrailers: (received: Metadata) => {
        trailers = received;
      },
    };
    const client = server.connect();
    const result =
      kind === 'unaryCall' ? client.unaryCall({}, options) : Array.fromAsync(client[kind]({}, options));
    const failure = await result.then(
      () => undefined,
      (error: StatusError) => error,
    );
    return { headers, trailers, failure, told };
  }

  test('brings headers and trailers, as text, bytes and lists', async () => {
    const rest = {
      metadata: { 'X-Limit': '10', 'x-tag': ['a', 'b'] },
      trailers: { 'x-sum-bin': Uint8Array.of(1, 2) },
    };
    const { headers, trailers } = await call({ handleRequest: () => reply('', rest) });
    expect(headers?.get('x-limit')).toEqual(['10']);
    expect(headers?.get('x-tag').join(', ')).toBe('a, b');
    expect(trailers?.get('x-sum-bin')).toEqual([Buffer.of(1, 2)]);
  });

  test('of a stream brings headers if it is the first, and trailers in any case', async () => {
    const { headers, trailers } = await call(
      {
        *handleServerStream() {
          yield reply('a', { metadata: { first: 'yes' }, trailers: { last: 'a' } });
          yield reply('b', { trailers: { last: 'b', extra: 'c' } });
        },
      },
      'serverStreaming',
    );
    expect(headers?.get('first')).toEqual(['yes']);
    expect([trailers?.get('last'), trailers?.get('extra')]).toEqual([['b'], ['c']]);
  });

  test('with metadata after the headers fails the call', async () => {
    const { failure, told } = await call(
      {
        *handleServerStream() {
          yield reply('a');
          yield reply('b', { metadata: { late: 'yes' } });
        },
      },
      'serverStreaming',
    );
    expect(failure).toMatchObject({ code: status.INTERNAL, details: 'internal error' });
    expect(String(told[0])).toContain('metadata after the response headers were sent');
  });

  test.each([
    ['a missing one', undefined],
    ['text for a payload', { payload: 'text' }],
    ['an array for a payload', { payload: [1, 2] }],
    ['text under a binary key', { payload: new Uint8Array(), metadata: { 'x-bin': 'text' } }],
    ['bytes under a text key', { payload: new Uint8Array(), metadata: { x: Uint8Array.of(1) } }],
    ['a key that cannot be sent', { payload: new Uint8Array(), trailers: { 'no spaces': 'x' } }],
    ['a value that cannot be sent', { payload: new Uint8Array(), metadata: { x: 'line\nbreak' } }],
    ['a key of the transport', { payload: new Uint8Array(), trailers: { 'Grpc-Status': '0' } }],
  ])('that is wrong, %s, is INTERNAL and reported', async (_what, response) => {
    const { failure, told } = await call({ handleRequest: () => response as never });
    expect(failure).toMatchObject({ code: status.INTERNAL, details: 'internal error' });
    expect(told).toEqual([expect.any(Error)]);
  });
});
