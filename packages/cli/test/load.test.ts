import { promisify } from 'node:util';
import { create } from '@bufbuild/protobuf';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import {
  type AsyncHandlers,
  createAsyncHandlers,
  createServiceDefinition,
  StatusError,
} from '@streamlings/grpc';
import {
  MessageSchema,
  StreamingService,
  StreamRequestSchema,
} from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { describe, expect, it } from 'vitest';
import { formatLoad } from '../src/load/format-load.ts';
import { Latencies } from '../src/load/latencies.ts';
import { type LoadOptions, runLoad } from '../src/load/load.ts';

type Handlers = AsyncHandlers<typeof StreamingService>;

const { unaryCall, serverStreaming, clientStreaming, bidirectionalStreaming } = StreamingService.method;

const echo: Handlers = {
  unaryCall: ({ content }) => ({ content }),
  async *serverStreaming({ maxMessages }) {
    for (let i = 0; i < maxMessages; i++) yield { content: `${i}` };
  },
  async clientStreaming(requests) {
    let messagesProcessed = 0;
    for await (const _ of requests) messagesProcessed++;
    return { messagesProcessed };
  },
  async *bidirectionalStreaming(requests) {
    for await (const { content } of requests) yield { content };
  },
};

async function serve(handlers: Handlers) {
  const server = new Server();
  server.addService(
    createServiceDefinition(StreamingService),
    createAsyncHandlers(StreamingService, handlers),
  );
  const bind = promisify(server.bindAsync.bind(server));
  const port = await bind('127.0.0.1:0', ServerCredentials.createInsecure());
  return { address: `127.0.0.1:${port}`, [Symbol.asyncDispose]: async () => server.forceShutdown() };
}

/** A load that ends when its server has seen so many calls, not after a time. */
async function loadUntil(calls: number, options: Partial<LoadOptions>, handlers: Handlers = echo) {
  const enough = new AbortController();
  let seen = 0;
  const countCall = () => {
    if (++seen > calls) enough.abort();
  };
  await using server = await serve({
    unaryCall: (request, context) => {
      countCall();
      return handlers.unaryCall(request, context);
    },
    serverStreaming: (request, context) => {
      countCall();
      return handlers.serverStreaming(request, context);
    },
    clientStreaming: (requests, context) => {
      countCall();
      return handlers.clientStreaming(requests, context);
    },
    bidirectionalStreaming: (requests, context) => {
      countCall();
      return handlers.bidirectionalStreaming(requests, context);
    },
  });
  return await runLoad({
    method: unaryCall,
    address: server.address,
    message: create(MessageSchema, { content: 'x' }),
    messages: 5,
    streams: 3,
    connections: 2,
    durationMs: 60_000,
    signal: enough.signal,
    ...options,
  });
}

describe('runLoad', () => {
  it.each([
    ['unary', unaryCall, create(MessageSchema), 1, 1],
    ['server streaming', serverStreaming, create(StreamRequestSchema, { maxMessages: 7 }), 1, 7],
    ['client streaming', clientStreaming, create(MessageSchema), 5, 1],
    ['bidirectional streaming', bidirectionalStreaming, create(MessageSchema), 5, 5],
  ])('counts the calls and messages of a %s method', async (_kind, method, message, sent, received) => {
    const report = await loadUntil(30, { method, message });
    const ok = report.statuses.get('OK') ?? 0;
    expect([...report.statuses.keys()]).toEqual(['OK']);
    // Calls that were cut off have sent and received a part of theirs.
    expect(report.sent).toBeGreaterThanOrEqual(ok * sent);
    expect(report.sent).toBeLessThanOrEqual((ok + report.cutOff) * sent);
    expect(report.received).toBeGreaterThanOrEqual(ok * received);
    expect(report.received).toBeLessThanOrEqual((ok + report.cutOff) * received);
    expect(report.durations.count).toBe(ok);
  });

  it('counts what fails by its status, with an example', async () => {
    const report = await loadUntil(
      10,
      {},
      {
        ...echo,
        unaryCall: () => {
          throw new StatusError(status.RESOURCE_EXHAUSTED, 'try again later');
        },
      },
    );
    expect([...report.statuses.keys()]).toEqual(['RESOURCE_EXHAUSTED']);
    expect(report.examples.get('RESOURCE_EXHAUSTED')).toBe('try again later');
    expect(report.durations.count).toBe(0);
  });

  it('keeps so many calls running and no more', async () => {
    let running = 0;
    let most = 0;
    const full = Promise.withResolvers<void>();
    await loadUntil(
      20,
      { streams: 4 },
      {
        ...echo,
        unaryCall: async ({ content }) => {
          most = Math.max(most, ++running);
          if (running === 4) full.resolve();
          await full.promise;
          running--;
          return { content };
        },
      },
    );
    expect(most).toBe(4);
  });

  it('cuts off an endless stream', async () => {
    const enough = new AbortController();
    await using server = await serve({
      ...echo,
      async *serverStreaming() {
        for (let i = 0; ; i++) {
          if (i === 1000) enough.abort();
          yield { content: `${i}` };
        }
      },
    });
    const report = await runLoad({
      method: serverStreaming,
      address: server.address,
      message: create(StreamRequestSchema),
      messages: 1,
      streams: 2,
      connections: 1,
      durationMs: 60_000,
      signal: enough.signal,
    });
    expect(report).toMatchObject({ cutOff: 2, statuses: new Map() });
    expect(report.received).toBeGreaterThan(0);
    expect(report.firstMessages.count).toBe(2);
  });
});

describe('a load report', () => {
  it('reads rates, statuses, percentiles and bars', () => {
    const durations = new Latencies();
    for (let i = 0; i < 3; i++) durations.recordSince(performance.now() - 3);
    const text = formatLoad({
      elapsedMs: 2000,
      statuses: new Map([
        ['OK', 3],
        ['UNAVAILABLE', 1],
      ]),
      examples: new Map([['UNAVAILABLE', 'gone']]),
      cutOff: 1,
      sent: 4,
      received: 2000,
      durations,
      firstMessages: new Latencies(),
    });
    const lines = text.split('\n');
    expect(lines.slice(0, 4)).toEqual([
      '4 calls in 2.0 s: 2 calls/s, 2 messages/s sent, 1,000 received',
      '  3 OK',
      '  1 UNAVAILABLE, for example "gone"',
      '  1 cut off at the end',
    ]);
    expect(lines[5]).toMatch(/^whole call: p50 3\.\d+ ms, p90 .* max 3\.\d+ ms$/);
    expect(lines[6]).toMatch(/^ {2}to 4\.10 ms {2}█{40} 3$/);
    expect(text).not.toContain('first message');
  });
});
