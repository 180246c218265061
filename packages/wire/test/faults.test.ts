import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import { describe, expect, test, vi } from 'vitest';
import { writeGoaway } from '../src/http2/frame-bytes.ts';
import type { ErrorCode, TimelineEvent } from '../src/index.ts';
import { data, message, preface, request, settings, settingsAck } from './http2-session.ts';
import { serveTapped, watchFor } from './streaming-server.ts';
import { collect, TappedSockets } from './tapped-sockets.ts';

/** What a call fails with. */
function failure(call: Promise<unknown>): Promise<{ code: number; details: string }> {
  return call.then(
    () => {
      throw new Error('the call went well');
    },
    (error) => error,
  );
}

/** Lets time pass only where it is told to. */
function stopClock() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  return { advance: (ms: number) => vi.advanceTimersByTime(ms), [Symbol.dispose]: () => vi.useRealTimers() };
}

const isNote = (text: string) => (event: TimelineEvent) =>
  event.kind === 'note' && event.note.text.startsWith(text);
const isFrame = (type: string) => (event: TimelineEvent) =>
  event.kind === 'frame' && event.frame.type === type;

describe('a fault', () => {
  test.each<[ErrorCode, string, number]>([
    ['REFUSED_STREAM', 'UNAVAILABLE', status.UNAVAILABLE],
    ['CANCEL', 'CANCELLED', status.CANCELLED],
    ['ENHANCE_YOUR_CALM', 'RESOURCE_EXHAUSTED', status.RESOURCE_EXHAUSTED],
    ['INADEQUATE_SECURITY', 'PERMISSION_DENIED', status.PERMISSION_DENIED],
    ['PROTOCOL_ERROR', 'INTERNAL', status.INTERNAL],
  ])('resets a stream with %s, which grpc-js takes for %s', async (code, _, expected) => {
    const cancelled = Promise.withResolvers<void>();
    await using server = await serveTapped({
      async *serverStreaming(_request, { signal }) {
        signal.addEventListener('abort', () => cancelled.resolve());
        yield { content: 'first' };
        await cancelled.promise;
      },
    });
    const client = server.connect({ 'grpc.enable_retries': 0 });
    const messages = client.serverStreaming({})[Symbol.asyncIterator]();
    await messages.next();
    expect(server.tap.faults.resetStream(1, code)).toBe(true);
    expect(await failure(messages.next())).toMatchObject({ code: expected });
    await cancelled.promise;
    const resets = server.tap.timeline().frames.filter(({ type }) => type === 'RST_STREAM');
    expect(resets.slice(0, 2)).toMatchObject([
      { from: 'server', code, injected: true },
      { from: 'client', code, injected: true },
    ]);
    expect((await client.unaryCall({ content: 'on the same connection' })).content).toBe(
      'on the same connection',
    );
    expect(server.tap.timeline().connections).toHaveLength(1);
  });

  test('does not reset a stream that is not open', async () => {
    await using server = await serveTapped();
    await server.connect().unaryCall({ content: 'x' });
    expect(server.tap.faults.resetStream(1, 'CANCEL')).toBe(false);
  });

  test('sends the client away with GOAWAY, and the call that it has goes on', async () => {
    const left = watchFor<TimelineEvent>(
      (event) => isFrame('GOAWAY')(event) && 'frame' in event && event.frame.from === 'client',
    );
    await using server = await serveTapped({}, { onEvent: left.onEvent });
    const client = server.connect();
    const requests = Promise.withResolvers<void>();
    const call = client.clientStreaming(
      (async function* () {
        yield { content: 'before' };
        await requests.promise;
        yield { content: 'after' };
      })(),
    );
    await client.unaryCall({ content: 'barrier' });
    server.tap.faults.goaway();
    await left.seen;
    await client.unaryCall({ content: 'elsewhere' });
    requests.resolve();
    expect(await call).toMatchObject({ messagesProcessed: 2 });
    const { frames, streams } = server.tap.timeline();
    expect(frames.find(({ type }) => type === 'GOAWAY')).toMatchObject({
      code: 'NO_ERROR',
      lastStream: 3,
      injected: true,
    });
    expect(streams.map(({ connection }) => connection)).toEqual([1, 1, 2]);
  });

  test('sends GOAWAY to a client that just then opens a stream, which is answered elsewhere', async () => {
    await using server = await serveTapped();
    const client = server.connect();
    const messages = client.serverStreaming({ topic: 'x', maxMessages: 2 })[Symbol.asyncIterator]();
    await messages.next();
    await client.unaryCall({ content: 'barrier' });
    server.tap.faults.goaway();
    expect(await client.unaryCall({ content: 'on its way' })).toMatchObject({ content: 'on its way' });
    expect(await messages.next()).toMatchObject({ done: false });
    expect(server.tap.timeline().problems).toEqual([]);
  });

  test('ends a stream at the server that the client opened before it knew of the GOAWAY', async () => {
    const opened = watchFor<TimelineEvent>(isFrame('HEADERS'));
    await using sockets = await TappedSockets.open({ onEvent: opened.onEvent });
    sockets.server.write(Buffer.concat([settings(), settingsAck]));
    sockets.client.write(Buffer.concat([preface, settings(), settingsAck, request(1)]));
    await Promise.all([opened.seen, once(sockets.client, 'data')]);
    sockets.tap.faults.goaway();
    sockets.client.end(Buffer.concat([request(3), data(3, message(Buffer.alloc(3)))]));
    await collect(sockets.server);
    sockets.server.end(writeGoaway(3, 'NO_ERROR'));
    await collect(sockets.client);
    const { frames, problems } = sockets.tap.timeline();
    expect(problems).toEqual([]);
    expect(frames.filter(({ type }) => /GOAWAY|RST/.test(type))).toMatchObject([
      { from: 'server', type: 'GOAWAY', lastStream: 1, injected: true },
      { from: 'client', type: 'RST_STREAM', stream: 3, injected: true },
      { from: 'server', type: 'GOAWAY', lastStream: 1 },
    ]);
  });

  test('drops the connection', async () => {
    await using server = await serveTapped();
    const client = server.connect({ 'grpc.enable_retries': 0 });
    const messages = client
      .bidirectionalStreaming(
        (async function* () {
          yield { content: 'x' };
          await new Promise(() => {});
        })(),
      )
      [Symbol.asyncIterator]();
    await messages.next();
    server.tap.faults.drop();
    expect(await failure(messages.next())).toMatchObject({ code: status.UNAVAILABLE });
    expect(server.tap.timeline().connections).toMatchObject([{ error: 'dropped by the tap' }]);
  });

  test('holds back WINDOW_UPDATE until it is taken back', async () => {
    const stall = watchFor<TimelineEvent>(
      (event) => event.kind === 'stall' && event.stall.cause === 'stream-window',
    );
    const held = watchFor(isNote('holds back WINDOW_UPDATE'));
    const onEvent = (event: TimelineEvent) => {
      stall.onEvent(event);
      held.onEvent(event);
    };
    await using server = await serveTapped({}, { onEvent, faults: { holdWindowUpdates: true } });
    const messages = server.connect().serverStreaming({ topic: 'x', maxMessages: 100 });
    let received = 0;
    const reading = (async () => {
      for await (const _ of messages) received++;
    })();
    await Promise.all([stall.seen, held.seen]);
    const { frames, streams } = server.tap.timeline();
    expect(frames.filter(({ type }) => type === 'WINDOW_UPDATE')).toEqual([]);
    expect(streams).toMatchObject([{ bytes: { server: 65_535 }, windows: { server: 0 } }]);
    server.tap.faults.holdWindowUpdates(false);
    await reading;
    expect(received).toBe(100);
    expect(server.tap.timeline().problems).toEqual([]);
  });

  test.each(['client', 'server'] as const)('delays what the %s sends', async (from) => {
    await using sockets = await TappedSockets.open({ faults: { delayMs: 40 } });
    using clock = stopClock();
    const forwarded = () => sockets.tap.timeline().connections[0]?.bytes[from];
    sockets[from].write('early');
    await once(sockets.inner[from], 'data');
    clock.advance(30);
    sockets[from].end('late');
    await once(sockets.inner[from], 'end');
    clock.advance(9);
    expect(forwarded()).toBe(0);
    clock.advance(1);
    expect(forwarded()).toBe(5);
    clock.advance(29);
    expect(forwarded()).toBe(5);
    clock.advance(1);
    expect(String(await collect(sockets[from === 'client' ? 'server' : 'client']))).toBe('earlylate');
  });

  test('keeps the order of what it delays', async () => {
    await using server = await serveTapped({}, { faults: { delayMs: 5 } });
    const contents: string[] = [];
    const requests = Array.from({ length: 50 }, (_, number) => ({ content: String(number) }));
    for await (const { content } of server.connect().bidirectionalStreaming(requests)) contents.push(content);
    expect(contents).toEqual(requests.map(({ content }) => content));
    expect(server.tap.timeline().problems).toEqual([]);
  });

  test('cuts trailers, and later calls on the connection still work', async () => {
    await using server = await serveTapped({}, { faults: { cutTrailers: true } });
    const client = server.connect();
    expect(await failure(client.unaryCall({ content: 'x' }))).toMatchObject({ code: status.INTERNAL });
    server.tap.faults.cutTrailers(false);
    for (const content of ['a', 'b', 'c'])
      expect((await client.unaryCall({ content })).content).toBe(content);
    const { frames, connections, problems } = server.tap.timeline();
    const answers = frames.filter(({ from, stream }) => from === 'server' && stream === 1);
    expect(answers.map(({ type, flags }) => [type, flags])).toEqual([
      ['HEADERS', ['END_HEADERS']],
      ['DATA', []],
      ['DATA', ['END_STREAM']],
    ]);
    expect([connections.length, problems]).toEqual([1, []]);
  });

  test('cuts the status out of a response that is trailers only', async () => {
    const unimplemented = () => {
      throw new Error('not today');
    };
    await using server = await serveTapped({ unaryCall: unimplemented }, { faults: { cutTrailers: true } });
    await failure(server.connect().unaryCall({}));
    const answer = server.tap.timeline().frames.find(({ from, stream }) => from === 'server' && stream === 1);
    expect(answer?.flags).toContain('END_STREAM');
    expect(answer?.headers?.map(({ name }) => name)).not.toContain('grpc-status');
  });

  test('may be asked for by whoever watches, at the message that they wait for', async () => {
    const onEvent = (event: TimelineEvent) => {
      if (event.kind !== 'frame' || event.frame.from !== 'server') return;
      if (event.messages.some(({ index }) => index === 30))
        server.tap.faults.resetStream(1, 'ENHANCE_YOUR_CALM');
    };
    await using server = await serveTapped({}, { onEvent });
    const client = server.connect({ 'grpc.enable_retries': 0 });
    const reading = (async () => {
      for await (const _ of client.serverStreaming({ topic: 'x', maxMessages: 1000 }));
    })();
    expect(await failure(reading)).toMatchObject({ code: status.RESOURCE_EXHAUSTED });
    expect((await client.unaryCall({ content: 'on the same connection' })).content).toBe(
      'on the same connection',
    );
    const { connections, problems } = server.tap.timeline();
    expect([connections.length, problems]).toEqual([1, []]);
  });

  test('drops a connection for whoever watches', async () => {
    const onEvent = (event: TimelineEvent) => {
      if (event.kind === 'frame' && event.frame.block === 'response') server.tap.faults.drop();
    };
    await using server = await serveTapped({}, { onEvent });
    const call = server.connect({ 'grpc.enable_retries': 0 }).unaryCall({ content: 'x' });
    expect(await failure(call)).toMatchObject({ code: status.UNAVAILABLE });
    expect(server.tap.timeline().streams).toMatchObject([{ closedMs: expect.any(Number) }]);
  });

  test('starts between two frames, wherever the bytes stand when it is asked for', async () => {
    const seen = watchFor(isFrame('GOAWAY'));
    await using server = await serveTapped({}, { onEvent: seen.onEvent });
    const client = server.connect();
    let received = 0;
    for await (const _ of client.serverStreaming({ topic: 'x', maxMessages: 500 })) {
      if (++received % 50 === 0) server.tap.faults.goaway('NO_ERROR', { lastStream: 1 });
    }
    await seen.seen;
    const { frames, problems } = server.tap.timeline();
    expect([received, problems]).toEqual([500, []]);
    expect(frames.filter(({ injected }) => injected).length).toBeGreaterThan(0);
  });
});
