import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { credentials, Server, status } from '@grpc/grpc-js';
import {
  MessageSchema,
  StreamingService,
  StreamResponseSchema,
} from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { describe, expect, test } from 'vitest';
import { Health } from '../gen/grpc/health/v1/health_pb.ts';
import { addHealth } from '../src/health.ts';
import {
  addGrpcHandlers,
  createAsyncClient,
  createAsyncHandlers,
  createClient,
  createServiceDefinition,
  createServiceHandler,
  createUnaryHandler,
  decodeRequest,
  encodeResponse,
  type GrpcHandler,
  GrpcHandlerRegistry,
} from '../src/index.ts';
import { echo, read, reply, serveRaw } from './raw-server.ts';
import { completeHandlers, startServer } from './streaming-server.ts';

const name = StreamingService.typeName;
const saying = (content: string): GrpcHandler => ({ handleRequest: () => reply(content) });

describe('a server', () => {
  test('has raw and typed services side by side', async () => {
    await using server = await serveRaw(echo, {}, (server) => addHealth(server));
    expect((await server.connect().unaryCall({ content: 'raw' })).content).toBe('raw');
    const health = createAsyncClient(Health, server.address, credentials.createInsecure());
    expect((await health.check({})).status).toBeDefined();
    health.close();
  });

  test('may serve some methods of a service raw and the others typed', async () => {
    const { unaryCall, ...others } = createServiceDefinition(StreamingService);
    const handlers = completeHandlers({ serverStreaming: () => [{ content: 'typed' }] });
    await using server = await startServer((server) => {
      const registry = new GrpcHandlerRegistry().registerUnary(name, 'UnaryCall', saying('raw'));
      addGrpcHandlers(server, registry);
      server.addService(others, createAsyncHandlers(StreamingService, handlers));
    });
    const client = server.connect();
    expect(unaryCall?.path).toBe(`/${name}/UnaryCall`);
    expect((await client.unaryCall({})).content).toBe('raw');
    expect(await Array.fromAsync(client.serverStreaming({}))).toMatchObject([{ content: 'typed' }]);
  });

  test('refuses a second handler for a method', () => {
    const server = new Server();
    const registry = new GrpcHandlerRegistry().registerService(StreamingService, echo);
    addGrpcHandlers(server, registry);
    expect(() => addGrpcHandlers(server, registry)).toThrow(`/${name}/UnaryCall already provided`);
  });

  test('answers methods that nobody registered with UNIMPLEMENTED', async () => {
    await using server = await startServer((server) =>
      addGrpcHandlers(server, new GrpcHandlerRegistry().registerUnary(name, 'UnaryCall', echo)),
    );
    const failure = server.connect().clientStreaming([]);
    await expect(failure).rejects.toMatchObject({ code: status.UNIMPLEMENTED });
  });

  test('answers a plain grpc-js client', async () => {
    await using server = await serveRaw(saying('hello'));
    const client = createClient(StreamingService, server.address, credentials.createInsecure());
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    client.unaryCall({}, (_error, response) => resolve(response?.content));
    expect(await promise).toBe('hello');
    client.close();
  });
});

describe('the registry', () => {
  test('serves all methods of a service with one handler, known from a descriptor or a literal', () => {
    const handler = saying('x');
    const literal = { typeName: 'a.v1.B', methods: [{ name: 'C', methodKind: 'unary' as const }] };
    const registry = new GrpcHandlerRegistry()
      .registerService(StreamingService, handler)
      .registerService(literal, handler);
    expect(registry.entries().map((entry) => `${entry.methodKind} ${entry.methodName}`)).toEqual([
      'unary UnaryCall',
      'server_streaming ServerStreaming',
      'client_streaming ClientStreaming',
      'bidi_streaming BidirectionalStreaming',
      'unary C',
    ]);
    expect(registry.getMethod('a.v1.B', 'C')).toMatchObject({ methodKind: 'unary', handler });
  });

  test('prefers the handler of a method to the one of its service, whichever came first', () => {
    const [ofMethod, ofService] = [saying('method'), saying('service')];
    for (const order of [0, 1]) {
      const registry = new GrpcHandlerRegistry();
      const steps = [
        () => registry.registerUnary(name, 'UnaryCall', ofMethod),
        () => registry.registerService(StreamingService, ofService),
      ];
      for (const step of order ? steps.reverse() : steps) step();
      expect(registry.getMethod(name, 'UnaryCall')?.handler).toBe(ofMethod);
      expect(registry.entries().filter(({ handler }) => handler === ofMethod)).toHaveLength(1);
      expect(registry.getMethod(name, 'ServerStreaming')?.handler).toBe(ofService);
      expect(registry.entries()).toHaveLength(4);
    }
  });

  test('takes one method of each kind', async () => {
    const registry = new GrpcHandlerRegistry()
      .registerUnary(name, 'UnaryCall', echo)
      .registerServerStreaming(name, 'ServerStreaming', { handleServerStream: () => [reply('s')] })
      .registerClientStreaming(name, 'ClientStreaming', {
        handleClientStream: async (requests) =>
          encodeResponse(StreamResponseSchema, {
            messagesProcessed: (await Array.fromAsync(requests)).length,
          }),
      })
      .registerBidirectionalStreaming(name, 'BidirectionalStreaming', {
        handleBidiStream: (requests) => requests,
      });
    await using server = await startServer((server) => addGrpcHandlers(server, registry));
    const client = server.connect();
    expect((await client.unaryCall({ content: 'u' })).content).toBe('u');
    expect(await Array.fromAsync(client.serverStreaming({}))).toMatchObject([{ content: 's' }]);
    expect((await client.clientStreaming([{}, {}])).messagesProcessed).toBe(2);
    expect(await Array.fromAsync(client.bidirectionalStreaming([{ content: 'b' }]))).toMatchObject([
      { content: 'b' },
    ]);
  });

  test('forgets what is unregistered', () => {
    const registry = new GrpcHandlerRegistry()
      .registerService(StreamingService, saying('service'))
      .registerUnary(name, 'UnaryCall', saying('method'));
    registry.unregister(name, 'UnaryCall');
    expect(registry.getMethod(name, 'UnaryCall')).toBeDefined();
    registry.unregister(name);
    expect(registry.getMethod(name, 'UnaryCall')).toBeUndefined();
    expect(registry.entries()).toEqual([]);
    expect(() => registry.unregister(name)).toThrow(`not registered: ${name}`);
    expect(() => registry.unregister(name, 'X')).toThrow(`not registered: ${name}/X`);
  });

  test('refuses what could never serve', () => {
    const registry = new GrpcHandlerRegistry().registerUnary('a.v1.B', 'C', echo);
    expect(() => registry.registerUnary('a.v1.B', 'C', echo)).toThrow('duplicate registration: a.v1.B/C');
    expect(() => registry.registerUnary('', 'C', echo)).toThrow('invalid service name: ""');
    expect(() => registry.registerUnary('a.v1.B', '', echo)).toThrow('invalid method name: ""');
    expect(() => registry.registerServerStreaming('a.v1.B', 'D', echo)).toThrow(
      'it has no handleServerStream',
    );
    expect(() => registry.registerService(StreamingService, {})).toThrow('it has none of handleRequest');
    registry.registerService(StreamingService, echo);
    expect(() => registry.registerService(StreamingService, echo)).toThrow(`duplicate registration: ${name}`);
  });
});

describe('createUnaryHandler', () => {
  const handler = createUnaryHandler(
    'UnaryCall',
    ({ content }, { responseTrailers }) => {
      responseTrailers.set('seen', content);
      return { content: `${content}!` };
    },
    MessageSchema,
    MessageSchema,
  );

  test('works on messages, and sets metadata through the context', async () => {
    await using server = await serveRaw(handler);
    let seen: unknown;
    const response = await server.connect().unaryCall(
      { content: 'hi' },
      {
        onTrailers: (trailers) => {
          seen = trailers.get('seen');
        },
      },
    );
    expect([response.content, seen]).toEqual(['hi!', ['hi']]);
  });

  test('answers a payload that is no such message with INVALID_ARGUMENT, and another method with UNIMPLEMENTED', async () => {
    const service = {
      typeName: name,
      methods: [
        { name: 'UnaryCall', methodKind: 'unary' as const },
        { name: 'Other', methodKind: 'unary' as const },
      ],
    };
    await using server = await startServer((server) =>
      addGrpcHandlers(server, new GrpcHandlerRegistry().registerService(service, handler)),
    );
    const client = createClient(StreamingService, server.address, credentials.createInsecure());
    const call = (method: string, payload: Buffer) => {
      const { promise, resolve } = Promise.withResolvers<unknown>();
      const keep = (bytes: Buffer) => bytes;
      client.makeUnaryRequest(`/${name}/${method}`, keep, keep, payload, (error) => resolve(error));
      return promise;
    };
    expect(await call('UnaryCall', Buffer.of(10, 200))).toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'the request is no streamlings.streaming.v1.Message',
    });
    expect(await call('Other', Buffer.of())).toMatchObject({
      code: status.UNIMPLEMENTED,
      details: `not implemented: ${name}/Other has no handleRequest`,
    });
    client.close();
  });
});

test('createServiceHandler finds the handler of a method, and its kind', async () => {
  const handler = createServiceHandler({
    UnaryCall: { handleRequest: (request) => reply(`unary ${read(request)}`) },
    ServerStreaming: { handleServerStream: () => [reply('stream')] },
    BidirectionalStreaming: { handleRequest: () => reply('of the wrong kind') },
  });
  await using server = await serveRaw(handler);
  const client = server.connect();
  expect((await client.unaryCall({ content: 'x' })).content).toBe('unary x');
  expect(await Array.fromAsync(client.serverStreaming({}))).toMatchObject([{ content: 'stream' }]);
  const unimplemented = { code: status.UNIMPLEMENTED };
  await expect(client.clientStreaming([])).rejects.toMatchObject(unimplemented);
  await expect(client.bidirectionalStreaming([]).next()).rejects.toMatchObject(unimplemented);
});

test('decodeRequest and encodeResponse are each the other way round', () => {
  const message = create(MessageSchema, { content: 'hi', timestamp: 2n ** 60n });
  const request = { serviceName: name, methodName: 'UnaryCall', metadata: {} };
  const { payload } = encodeResponse(MessageSchema, message);
  expect(decodeRequest(MessageSchema, { ...request, payload })).toEqual(message);
  expect(fromBinary(MessageSchema, payload)).toEqual(message);
  expect(payload).toEqual(toBinary(MessageSchema, message));
});
