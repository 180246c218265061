import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { writeFrame, writeWindowUpdate } from '../src/http2/frame-bytes.ts';
import { DecodedSession, data, message, request } from './http2-session.ts';
import { serveTapped } from './streaming-server.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
const sum = (counts: object) => Object.values(counts).reduce((total, count) => total + count, 0);

describe('what a tap remembers', () => {
  test('stays within its budget, and tells what it dropped', async () => {
    await using server = await serveTapped({}, { maxBytes: 100_000 });
    for await (const _ of server.connect().serverStreaming({ topic: 'x', maxMessages: 1000 }));
    const { frames, messages, dropped, connections, streams } = server.tap.timeline();
    expect(server.tap.usedBytes).toBeLessThanOrEqual(100_000);
    expect(frames.length + dropped.frames).toBe((frames.at(-1)?.order ?? 0) + 1);
    expect(messages.length + dropped.messages).toBe(1001);
    expect(dropped.untilMs).toBeLessThanOrEqual(frames[0]?.atMs ?? 0);
    expect([connections.length, streams.length]).toEqual([1, 1]);
  });

  test('drops the oldest entries first, and numbers go on', () => {
    const session = new DecodedSession({ maxBytes: 5000 }).open().push('client', request(1));
    for (let ping = 0; ping < 100; ping++) session.push('client', writeFrame(6, 0, 0, Buffer.alloc(8)));
    const { frames, dropped } = session.timeline;
    expect(frames.map(({ order }) => order)).toEqual(
      Array.from(frames, (_, index) => index + dropped.frames),
    );
    expect(sum({ ...dropped, untilMs: 0 })).toBe(dropped.frames);
  });

  test('does not grow with messages that never end', () => {
    const session = new DecodedSession({ maxBytes: 50_000, maxMessageBytes: 10_000 }).open();
    const start = message(Buffer.alloc(10_000)).subarray(0, 100);
    for (let stream = 1; stream < 2000; stream += 2)
      session.push('client', request(stream), data(stream, start));
    expect(session.recorder.bytes).toBeLessThanOrEqual(50_000);
    const kept = session.timeline.messages.length;
    expect(kept).toBeGreaterThan(0);
    session.push('client', data(1999, message(Buffer.alloc(10_000)).subarray(100)));
    expect(session.timeline.messages.at(-1)).toMatchObject({ received: 10_000 });
    expect(session.timeline.messages.at(-1)).not.toHaveProperty('payload');
  });

  test('keeps messages again once others are over', () => {
    const session = new DecodedSession({ maxBytes: 15_000, maxMessageBytes: 10_000 }).open();
    const bytes = message(Buffer.alloc(10_000));
    session.push('client', request(1), data(1, bytes.subarray(0, 50)), request(3), data(3, bytes));
    expect(session.timeline.messages.at(-1)).not.toHaveProperty('payload');
    session.push('client', writeFrame(3, 0, 1, Buffer.alloc(4)), request(5), data(5, bytes));
    expect(session.timeline.messages.at(-1)).toHaveProperty('payload');
  });

  test('stays within a few times its budget in the heap', { timeout: 60_000 }, () => {
    const session = new DecodedSession({ maxBytes: 2_000_000 }).open().push('client', request(1));
    const frame = data(1, message(Buffer.alloc(20)));
    const update = writeWindowUpdate(1, 34);
    const bytes = Buffer.concat(Array.from({ length: 1000 }, () => frame));
    const updates = Buffer.concat(Array.from({ length: 1000 }, () => update));
    const run = (rounds: number) => {
      for (let round = 0; round < rounds; round++) session.push('client', bytes).push('server', updates);
    };
    run(20);
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    run(300);
    collectGarbage();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
    expect(session.timeline.dropped.frames).toBeGreaterThan(500_000);
  });
});
