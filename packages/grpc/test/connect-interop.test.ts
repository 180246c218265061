import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, type ConnectRouter, createClient } from '@connectrpc/connect';
import { connectNodeAdapter, createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { credentials, status } from '@grpc/grpc-js';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { describe, expect, test } from 'vitest';
import { BadRequestSchema } from '../gen/google/rpc/error_details_pb.ts';
import { createAsyncClient, StatusError } from '../src/index.ts';
import { type StreamingHandlers, serve } from './streaming-server.ts';

const badRequest = { fieldViolations: [{ field: 'content' }] };

/** One implementation that fits both: connect-node's handlers differ only in their context. */
const implementation = {
  unaryCall: async ({ content }: { content: string }) => ({ content: `Echo: ${content}` }),
  async *serverStreaming({ topic, maxMessages }: { topic: string; maxMessages: number }) {
    for (let i = 1; i <= maxMessages; i++) yield { content: `${topic} ${i}` };
  },
  async clientStreaming(requests: AsyncIterable<{ content: string }>) {
    let length = 0;
    for await (const { content } of requests) length += content.length;
    return { status: `length ${length}` };
  },
  async *bidirectionalStreaming(requests: AsyncIterable<{ content: string }>) {
    for await (const { content } of requests) yield { content: `Echo: ${content}` };
  },
} satisfies StreamingHandlers;

/** What both kinds of client can do. */
interface Calls {
  unaryCall(request: { content: string }): Promise<{ content: string }>;
  serverStreaming(request: { topic: string; maxMessages: number }): AsyncIterable<{ content: string }>;
  clientStreaming(requests: AsyncIterable<{ content: string }>): Promise<{ status: string }>;
  bidirectionalStreaming(requests: AsyncIterable<{ content: string }>): AsyncIterable<{ content: string }>;
}

async function* messages() {
  yield { content: 'a' };
  yield { content: 'bc' };
}

const kinds: Record<string, (client: Calls) => Promise<void>> = {
  async unary(client) {
    expect((await client.unaryCall({ content: 'hi' })).content).toBe('Echo: hi');
  },
  async 'server streaming'(client) {
    const received = await Array.fromAsync(client.serverStreaming({ topic: 'x', maxMessages: 2 }));
    expect(received.map(({ content }) => content)).toEqual(['x 1', 'x 2']);
  },
  async 'client streaming'(client) {
    expect((await client.clientStreaming(messages())).status).toBe('length 3');
  },
  async 'bidirectional streaming'(client) {
    const received = await Array.fromAsync(client.bidirectionalStreaming(messages()));
    expect(received.map(({ content }) => content)).toEqual(['Echo: a', 'Echo: bc']);
  },
};

async function serveConnect(routes: (router: ConnectRouter) => void) {
  const server = createServer(connectNodeAdapter({ routes }));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createAsyncClient(StreamingService, address, credentials.createInsecure());
  return {
    client,
    async [Symbol.asyncDispose]() {
      client.close();
      server.close();
    },
  };
}

async function connectTo(address: string) {
  const baseUrl = `http://${address}`;
  const sessionManager = new Http2SessionManager(baseUrl);
  const client = createClient(StreamingService, createGrpcTransport({ baseUrl, sessionManager }));
  return { client, [Symbol.dispose]: () => sessionManager.abort() };
}

describe('a connect-node client', () => {
  test.each(Object.keys(kinds))('makes a %s call', async (kind) => {
    await using server = await serve(implementation);
    using connect = await connectTo(server.address);
    await kinds[kind]?.(connect.client);
  });

  test('gets code, text and rich details', async () => {
    await using server = await serve({
      unaryCall() {
        const statusDetails = [
          anyPack(BadRequestSchema, { $typeName: 'google.rpc.BadRequest', fieldViolations: [] }),
        ];
        throw new StatusError(status.INVALID_ARGUMENT, 'no content', { statusDetails });
      },
    });
    using connect = await connectTo(server.address);
    const error = await connect.client.unaryCall({}).catch((reason) => reason);
    expect(error).toMatchObject({ code: Code.InvalidArgument, rawMessage: 'no content' });
    expect(error.findDetails(BadRequestSchema)).toHaveLength(1);
  });

  test('aborts the handler when it cancels', async () => {
    const aborted = Promise.withResolvers<StatusError>();
    await using server = await serve({
      async *serverStreaming(_request, { signal }) {
        yield {};
        await once(signal, 'abort');
        aborted.resolve(signal.reason);
      },
    });
    using connect = await connectTo(server.address);
    const controller = new AbortController();
    const read = async () => {
      for await (const _ of connect.client.serverStreaming({}, { signal: controller.signal }))
        controller.abort();
    };
    await expect(read()).rejects.toMatchObject({ code: Code.Canceled });
    expect(await aborted.promise).toMatchObject({ code: status.CANCELLED });
  });
});

describe('a connect-node server', () => {
  test.each(Object.keys(kinds))('answers a %s call', async (kind) => {
    await using server = await serveConnect((router) => router.service(StreamingService, implementation));
    await kinds[kind]?.(server.client);
  });

  test('sends code, text and rich details', async () => {
    await using server = await serveConnect((router) =>
      router.rpc(StreamingService.method.unaryCall, () => {
        throw new ConnectError('no content', Code.InvalidArgument, undefined, [
          { desc: BadRequestSchema, value: badRequest },
        ]);
      }),
    );
    const error = await server.client.unaryCall({}).catch((reason) => reason);
    expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, details: 'no content' });
    expect(error.findDetails(BadRequestSchema)).toMatchObject([badRequest]);
  });

  test('sees a client that leaves by break', async () => {
    const aborted = Promise.withResolvers<void>();
    await using server = await serveConnect((router) =>
      router.rpc(StreamingService.method.serverStreaming, async function* (_request, { signal }) {
        yield {};
        await once(signal, 'abort');
        aborted.resolve();
      }),
    );
    for await (const _ of server.client.serverStreaming({})) break;
    await aborted.promise;
  });
});
