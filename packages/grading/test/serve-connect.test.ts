import { Code, ConnectError, createClient as createConnectClient } from '@connectrpc/connect';
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from '@connectrpc/connect-node';
import { Metadata, status } from '@grpc/grpc-js';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { describe, expect, it } from 'vitest';
import { dialServer, type Scope, serveConnect } from '../src/probes/serve-connect.ts';

class TestScope implements Scope, AsyncDisposable {
  readonly #cleanups: Array<() => unknown> = [];

  defer(cleanup: () => unknown): void {
    this.#cleanups.unshift(cleanup);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const cleanup of this.#cleanups) await cleanup();
  }
}

describe('served Connect routes', () => {
  it('answer gRPC, gRPC-Web and Connect on one port', async () => {
    await using scope = new TestScope();
    const { address, calls } = await serveConnect(scope, StreamingService, (router) =>
      router.service(StreamingService, { unaryCall: ({ content }) => ({ content }) }),
    );
    const options = { baseUrl: `http://${address}`, httpVersion: '2' as const };
    for (const create of [createGrpcTransport, createGrpcWebTransport, createConnectTransport]) {
      const reply = await createConnectClient(StreamingService, create(options)).unaryCall({ content: 'hi' });
      expect(reply.content).toBe('hi');
    }
    expect(calls.map(({ method, contentType }) => [method, contentType])).toEqual([
      ['unaryCall', 'application/grpc+proto'],
      ['unaryCall', 'application/grpc-web+proto'],
      ['unaryCall', 'application/proto'],
    ]);
  });

  it('get the calls of a grpc-js client, and their outcome is reported, whatever it is', async () => {
    await using scope = new TestScope();
    const { unary, upload } = await serveConnect(scope, StreamingService, (router) =>
      router.service(StreamingService, {
        unaryCall: ({ content }, { requestHeader }) => {
          if (content === '') throw new ConnectError('empty', Code.InvalidArgument);
          return { content, sender: requestHeader.get('x-name') ?? '' };
        },
        clientStreaming: async (requests) => ({
          messagesProcessed: (await Array.fromAsync(requests)).length,
        }),
      }),
    );
    const metadata = new Metadata();
    metadata.set('x-name', 'ada');
    expect(await unary('unaryCall', { content: 'x' }, metadata)).toMatchObject({
      code: status.OK,
      message: { content: 'x', sender: 'ada' },
    });
    expect(await unary('unaryCall', {})).toMatchObject({ code: status.INVALID_ARGUMENT, details: 'empty' });
    const peer = upload('clientStreaming');
    peer.send({ content: 'a' }, { content: 'b' });
    peer.halfClose();
    expect(await peer.outcome).toMatchObject({ code: status.OK, message: { messagesProcessed: 2 } });
  });

  it.each([
    ['no half-close', 'clientStreaming'],
    ['stream never ended', 'serverStreaming'],
  ] as const)('tell of a hang: %s', async (symptom, method) => {
    await using cleanups = new TestScope();
    let tellHang: (() => unknown) | undefined;
    const scope: Scope = {
      defer: (cleanup) => cleanups.defer(cleanup),
      explainHang: (tell) => {
        tellHang = tell;
      },
    };
    const forever = new Promise<never>(() => {});
    const server = await serveConnect(scope, StreamingService, (router) =>
      router.service(StreamingService, {
        clientStreaming: async (requests) => {
          await Array.fromAsync(requests);
          return {};
        },
        // biome-ignore lint/correctness/useYield: it hangs before its first message
        async *serverStreaming() {
          await forever;
        },
      }),
    );
    expect(tellHang?.()).toMatchObject({ symptom: 'no call arrived' });
    if (method === 'serverStreaming') server.read(server.client.serverStreaming({ topic: 'a' }));
    else server.upload(method).send({ content: 'first' });
    await server.call(1);
    await server.barrier(5);
    expect(tellHang?.()).toMatchObject({ symptom, text: expect.stringContaining(method) });
  });

  it('see a cancellation before the barrier behind it', async () => {
    await using scope = new TestScope();
    const aborted: string[] = [];
    const arrived = Promise.withResolvers<void>();
    const server = await serveConnect(scope, StreamingService, (router) =>
      router.service(StreamingService, {
        async *serverStreaming({ topic }, { signal }) {
          signal.addEventListener('abort', () => aborted.push(topic));
          arrived.resolve();
          await new Promise(() => {});
          yield {};
        },
      }),
    );
    const stream = server.read(
      server.client.serverStreaming({ topic: 'news' }, { deadline: Date.now() + 60_000 }),
    );
    await arrived.promise;
    stream.cancel();
    await server.barrier(5);
    expect(aborted).toEqual(['news']);
    const call = await server.call(1);
    await call.whenOver;
    expect(call).toMatchObject({ method: 'serverStreaming', cancelled: true });
    expect(call.timeout).toMatch(/^\d+[HMSmun]$/);
  });

  it('do not take a call that ended for a cancelled one', async () => {
    await using scope = new TestScope();
    const server = await serveConnect(scope, StreamingService, (router) =>
      router.service(StreamingService, {
        async *serverStreaming() {
          yield { content: 'a' };
        },
      }),
    );
    const stream = server.read(server.client.serverStreaming({}));
    expect((await stream.outcome).code).toBe(status.OK);
    const call = await server.call(1);
    await call.whenOver;
    expect(call.cancelled).toBe(false);
    const wire = await server.wire();
    expect(wire.streams.map(({ path }) => path)).toEqual([
      '/streamlings.streaming.v1.StreamingService/ServerStreaming',
    ]);
  });

  it('run behind the interceptors that they were given', async () => {
    await using scope = new TestScope();
    const seen: string[] = [];
    const { unary } = await serveConnect(
      scope,
      StreamingService,
      (router) => router.service(StreamingService, { unaryCall: () => ({}) }),
      [
        (next) => (request) => {
          seen.push(request.method.name);
          return next(request);
        },
      ],
    );
    await unary('unaryCall', {});
    expect(seen).toEqual(['UnaryCall']);
  });
});

describe('a server that runs already', () => {
  it('can be dialed through a tap', async () => {
    await using scope = new TestScope();
    const server = await serveConnect(scope, StreamingService, (router) =>
      router.service(StreamingService, { unaryCall: () => ({ content: 'here' }) }),
    );
    const { unary, wire } = await dialServer(scope, StreamingService, Number(server.address.split(':')[1]));
    expect((await unary('unaryCall', {})).message?.content).toBe('here');
    expect((await wire()).messages).toHaveLength(2);
  });
});
