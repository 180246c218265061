import { once } from 'node:events';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { create } from '@bufbuild/protobuf';
import { credentials, status } from '@grpc/grpc-js';
import { createClient, type ServiceHandlers } from '@streamlings/grpc';
import {
  type Message,
  MessageSchema,
  StreamingService,
} from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { describe, expect, it } from 'vitest';
import { diagnoseHang, type Symptom } from '../src/diagnosis.ts';
import { measurePullAhead, probeStall } from '../src/probes/flow-control.ts';
import { type Served, serve } from '../src/probes/serve.ts';
import { EventLog } from '../src/world/event-log.ts';
import { createRandom } from '../src/world/random.ts';

type Handlers = Partial<ServiceHandlers<typeof StreamingService>>;
type ServerStreaming = NonNullable<Handlers['serverStreaming']>;
type ServerStreamingCall = Parameters<ServerStreaming>[0];

const serveStreaming = (handlers: Handlers) => serve(StreamingService, handlers, new EventLog());

describe('a served handler', () => {
  it('is recorded: its answers, its return and the deadline it got', async () => {
    await using server = await serveStreaming({
      unaryCall: (_call, callback) => callback(null, { content: 'hi' }),
    });
    const client = createClient(StreamingService, server.address, credentials.createInsecure());
    const deadline = Date.now() + 60_000;
    const { promise, resolve } = Promise.withResolvers<Message | undefined>();
    client.unaryCall({}, { deadline }, (_error, reply) => resolve(reply));
    expect((await promise)?.content).toBe('hi');
    client.close();
    const [record] = server.calls;
    expect(record).toMatchObject({
      method: 'unaryCall',
      kind: 'unary',
      returned: 'a value',
      cancelled: false,
    });
    expect(record?.answers).toEqual([{ error: null, message: { content: 'hi' } }]);
    expect(Math.abs((record?.deadlineMs ?? 0) - deadline)).toBeLessThan(1000);
  });

  it('is logged with the cause of its error, of which the client hears nothing', async () => {
    const log = new EventLog();
    const cause = new TypeError('no such thing');
    await using server = await serve(
      StreamingService,
      {
        unaryCall: (_call, callback) =>
          callback(Object.assign(new Error('failed', { cause }), { code: status.INTERNAL, details: 'no' })),
      },
      log,
    );
    expect(await server.unary('unaryCall', {})).toMatchObject({ details: 'no' });
    expect(log.lines.map(({ text }) => text)).toContain(
      'unaryCall answered with an error (code 13, no, because of TypeError: no such thing) through the callback',
    );
  });

  it('reports the outcome of a unary call, whatever it is', async () => {
    await using server = await serveStreaming({
      unaryCall: ({ request }, callback) =>
        request.content === ''
          ? callback({ code: status.NOT_FOUND, details: 'no' })
          : callback(null, request),
    });
    expect(await server.unary('unaryCall', { content: 'x' })).toMatchObject({
      code: 0,
      message: { content: 'x' },
    });
    expect(await server.unary('unaryCall', {})).toMatchObject({ code: status.NOT_FOUND, details: 'no' });
  });

  it('answers UNIMPLEMENTED for a method that has no handler', async () => {
    await using server = await serveStreaming({});
    expect((await server.unary('unaryCall', {})).code).toBe(status.UNIMPLEMENTED);
  });

  it('reports the outcome of an upload, whatever it is', async () => {
    await using server = await serveStreaming({
      clientStreaming: async (call, callback) => {
        let messagesProcessed = 0;
        for await (const { content } of call) {
          if (content === '') return callback({ code: status.INVALID_ARGUMENT, details: 'empty' });
          messagesProcessed++;
        }
        callback(null, { messagesProcessed });
      },
    });
    const whole = server.upload('clientStreaming');
    whole.send({ content: 'a' }, { content: 'b' });
    expect(whole.isOver).toBe(false);
    whole.halfClose();
    expect(await whole.outcome).toMatchObject({ code: 0, message: { messagesProcessed: 2 } });
    expect(whole.isOver).toBe(true);
    const refused = server.upload('clientStreaming');
    refused.send({ content: '' });
    expect(await refused.outcome).toMatchObject({ code: status.INVALID_ARGUMENT, details: 'empty' });
  });

  it('counts only answers, not the error with which a loop over the requests tears them down', async () => {
    await using server = await serveStreaming({
      clientStreaming: async (call, callback) => {
        for await (const _message of call) return callback(null, { messagesProcessed: 1 });
      },
    });
    const upload = server.upload('clientStreaming');
    upload.send({ content: 'a' }, { content: 'b' });
    await upload.outcome;
    await server.barrier(5);
    expect(server.calls[0]).toMatchObject({ errors: [], ends: 0, destroyed: false });
    expect(server.calls[0]?.answers).toHaveLength(1);
  });

  it('knows an upload that its client cancels', async () => {
    await using server = await serveStreaming({ clientStreaming: (call) => void call.resume() });
    const upload = server.upload('clientStreaming');
    upload.send({ content: 'a' });
    const record = await server.call(1);
    upload.cancel();
    expect((await upload.outcome).code).toBe(status.CANCELLED);
    await record.whenCancelled;
    expect(record.cancelled).toBe(true);
  });

  it('tells a call that the client left from one that the handler ended', async () => {
    await using server = await serveStreaming({
      serverStreaming: (call) => {
        call.write({ content: 'first' });
        if (call.request.maxMessages === 1) call.end();
      },
    });
    const finished = server.read(server.client.serverStreaming({ maxMessages: 1 }));
    expect((await finished.outcome).code).toBe(status.OK);
    const left = server.read(server.client.serverStreaming({}));
    await left.message(1);
    left.cancel();
    await server.barrier();
    expect((await left.outcome).code).toBe(status.CANCELLED);
    expect(server.calls.map(({ cancelled }) => cancelled)).toEqual([false, true]);
  });

  it('counts as destroyed only a call that was torn down before its end', async () => {
    await using server = await serveStreaming({
      serverStreaming: (call) => {
        call.write({ content: 'first' });
        if (call.request.topic === 'ends') call.end();
        if (call.request.topic === 'is torn down') call.destroy();
      },
    });
    for (const topic of ['ends', 'is left', 'is torn down']) {
      const stream = server.read(server.client.serverStreaming({ topic }));
      await stream.message(1);
      await server.barrier(5);
      stream.cancel();
      await server.barrier(5);
    }
    expect(server.calls.map(({ destroyed }) => destroyed)).toEqual([false, false, true]);
  });

  it('has a barrier behind which a cancellation has arrived, every time', async () => {
    await using server = await serveStreaming({
      serverStreaming: (call) => void call.write({ content: 'x' }),
    });
    for (let round = 0; round < 100; round++) {
      const stream = server.read(server.client.serverStreaming({}));
      await stream.message(1);
      stream.cancel();
      await server.barrier();
      expect(server.calls.at(-1)?.cancelled).toBe(true);
      await stream.outcome;
    }
  });
});

describe('connections', () => {
  it('are counted without the harness own', async () => {
    await using server = await serveStreaming({ unaryCall: (_call, callback) => callback(null, {}) });
    await server.unary('unaryCall', {});
    expect(server.connections.opened).toBe(0);
    const client = createClient(StreamingService, server.address, credentials.createInsecure());
    for (let call = 0; call < 3; call++) {
      await new Promise((resolve) => client.unaryCall({}, resolve));
    }
    expect(server.connections).toMatchObject({ opened: 1, open: 1 });
    client.close();
    await server.connections.allClosed();
    expect(server.connections.open).toBe(0);
  });
});

/** Ways to write 200 messages of 16 KiB, right and wrong. */
const random = createRandom(1);
const payload = Buffer.from(random.bytes(8192)).toString('hex');
const TOTAL = 200;
let pulls = 0;

function* items(): Generator<Message> {
  for (pulls = 1; pulls <= TOTAL; pulls++) yield create(MessageSchema, { content: `${pulls} ${payload}` });
}

type Write = (call: ServerStreamingCall) => Promise<void>;

const waits: Record<string, Write> = {
  'waits for drain': async (call) => {
    for (const item of items()) if (!call.write(item)) await once(call, 'drain');
    call.end();
  },
  'uses pipeline': async (call) => {
    await pipeline(Readable.from(items()), call as Writable);
  },
  'waits for the callback of each write': async (call) => {
    for (const item of items()) await new Promise((resolve) => call.write(item, resolve));
    call.end();
  },
};

const runsAhead: Record<string, Write> = {
  'ignores what write() returns': async (call) => {
    for (const item of items()) call.write(item);
    call.end();
  },
  'yields to the event loop instead': async (call) => {
    for (const item of items()) {
      call.write(item);
      await new Promise((resolve) => setImmediate(resolve));
    }
    call.end();
  },
};

describe('flow control probes', () => {
  const produce = (write: Write) =>
    serveStreaming({ serverStreaming: (call) => void write(call).catch(() => {}) });

  it.each(Object.entries(waits))('accept a producer that %s', async (_name, write) => {
    await using server = await produce(write);
    const { received, maxAhead } = await measurePullAhead(
      server.client.serverStreaming({}),
      () => Math.min(pulls, TOTAL),
      server.barrier,
    );
    expect(received).toHaveLength(TOTAL);
    expect(maxAhead).toBeLessThanOrEqual(64);
    expect(server.calls[0]).toMatchObject({ writes: TOTAL, writesWhileFull: 0 });
    expect(server.calls[0]?.maxQueued).toBeLessThanOrEqual(16);
  });

  it.each(Object.entries(runsAhead))('catch a producer that %s', async (_name, write) => {
    await using server = await produce(write);
    const { received, maxAhead } = await measurePullAhead(
      server.client.serverStreaming({}),
      () => Math.min(pulls, TOTAL),
      server.barrier,
    );
    expect(received).toHaveLength(TOTAL);
    expect(maxAhead).toBeGreaterThan(64);
    expect(server.calls[0]?.writesWhileFull).toBeGreaterThan(100);
  });

  it('count no write of a producer that waits while its reader stands still', async () => {
    await using server = await produce(waits['waits for drain'] as Write);
    const stream = server.client.serverStreaming({});
    stream.on('error', () => {});
    const stall = await probeStall(stream, await server.call(1), server.barrier);
    expect(stall.writesWhileStalled).toBe(0);
    stream.cancel();
  });

  it('count the writes of a producer that goes by the clock while its reader stands still', async () => {
    await using server = await produce(async (call) => {
      for (const item of items()) {
        call.write(item);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      call.end();
    });
    const stream = server.client.serverStreaming({});
    stream.on('error', () => {});
    const stall = await probeStall(stream, await server.call(1), server.barrier);
    expect(stall.writesWhileStalled).toBeGreaterThan(0);
    stream.cancel();
  });
});

/** Starts a call that does not come to an end and waits until all that can happen has happened. */
async function hang(handlers: Handlers, start: (server: Served<typeof StreamingService>) => unknown) {
  const server = await serveStreaming(handlers);
  start(server);
  await server.call(1);
  for (let round = 0; round < 3; round++) await server.barrier();
  return server;
}

describe('the diagnosis of a hang', () => {
  const ignore = (stream: NodeJS.EventEmitter) => stream.on('error', () => {});
  const cases: Record<Symptom, () => Promise<Served<typeof StreamingService>>> = {
    'no call arrived': () => serveStreaming({}),
    'callback never called': () => hang({ unaryCall: () => {} }, (server) => server.unary('unaryCall', {})),
    'handler promise rejected': async () => {
      const rejected = once(process, 'unhandledRejection');
      const server = await hang(
        {
          unaryCall: async () => {
            throw new Error('boom');
          },
        },
        (served) => served.unary('unaryCall', {}),
      );
      await rejected;
      return server;
    },
    'call destroyed without trailers': () =>
      hang({ serverStreaming: (call) => void call.destroy() }, ({ client }) =>
        ignore(client.serverStreaming({})),
      ),
    'request stream not read': () =>
      hang({ clientStreaming: () => {} }, ({ client }) => ignore(client.clientStreaming(() => {}).end())),
    'no half-close': () =>
      hang({ clientStreaming: (call) => void call.resume().on('data', () => {}) }, ({ client }) =>
        ignore(client.clientStreaming(() => {})),
      ),
    'first write blocked': () =>
      hang({ serverStreaming: (call) => void waits['waits for drain']?.(call) }, async ({ client }) => {
        const stream = client.serverStreaming({});
        ignore(stream);
        stream.once('data', () => stream.pause());
      }).then(async (server) => {
        const { call } = await server.call(1);
        while (!(call as ServerStreamingCall).writableNeedDrain) await server.barrier();
        return server;
      }),
    'both sides wait': () =>
      hang({ bidirectionalStreaming: (call) => void call.on('data', () => {}) }, async ({ client }) => {
        const stream = client.bidirectionalStreaming();
        ignore(stream);
        stream.write({ content: 'ping' });
      }).then(async (server) => {
        while (server.calls[0]?.messagesRead === 0) await server.barrier();
        return server;
      }),
    'stream never ended': () =>
      hang({ serverStreaming: (call) => void call.write({}) }, ({ client }) =>
        ignore(client.serverStreaming({}).on('data', () => {})),
      ),
    'client never settled': () =>
      hang({ unaryCall: (_call, callback) => callback(null, {}) }, (server) => server.unary('unaryCall', {})),
  };

  it.each(Object.entries(cases))('finds "%s"', async (symptom, create) => {
    await using server = await create();
    const diagnosis = diagnoseHang(server as unknown as Parameters<typeof diagnoseHang>[0]);
    expect(diagnosis?.symptom).toBe(symptom);
    expect(diagnosis?.text).toMatch(/^[A-Z`].*\.$/);
  });
});
