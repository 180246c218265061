import { expect, test } from 'vitest';
import { describeWindows, drawSequence, drawWindows, formatTimeline } from '../src/draw/index.ts';
import type { StallRecord, TimelineEvent } from '../src/index.ts';
import { serveTapped } from './streaming-server.ts';

test('a reader that stops shows on the wire: bytes cross, stop at the window, and go on', async () => {
  const events: TimelineEvent[] = [];
  await using server = await serveTapped({}, { onEvent: (event) => events.push(event) });
  const { tap } = server;
  const client = server.connect();
  const messages = client.serverStreaming({ topic: 'x', maxMessages: 200 })[Symbol.asyncIterator]();
  await messages.next();
  tap.note("the client's reader", 'has read 1 message and pauses');

  const findStall = () =>
    tap.timeline().stalls.find(({ cause, endedMs }) => cause === 'stream-window' && endedMs === undefined);
  // The server still answers others on the same connection: only the one stream stands still.
  let stall = findStall();
  for (let before: StallRecord | undefined; !stall || stall.atMs !== before?.atMs; stall = findStall()) {
    before = stall;
    expect((await client.unaryCall({ content: 'hello' })).content).toBe('hello');
  }
  expect(stall).toMatchObject({ stream: 1, sender: 'server', midMessage: true });
  const during = tap.timeline();
  expect(during.streams.find(({ id }) => id === 1)).toMatchObject({
    windows: { server: 0 },
    bytes: { server: stall?.bytes },
  });
  expect(during.connections[0]?.windows.server).toBeGreaterThan(0);
  const text = formatTimeline(during, { streams: [1] });
  expect(text).toContainEqual(
    expect.stringMatching(/HEADERS {2}\/streamlings\.streaming\.v1\.StreamingService\/ServerStreaming$/),
  );
  expect(text).toContainEqual(
    expect.stringMatching(
      /the client stopped reading at [\d,]+ bytes; the server waits for a WINDOW_UPDATE on stream 1/,
    ),
  );
  expect(text).toContainEqual(
    expect.stringMatching(/^ +\d+ ms {3}the client's reader has read 1 message and pauses$/),
  );

  let rest = 0;
  for (let next = await messages.next(); !next.done; next = await messages.next()) rest++;
  expect(rest).toBe(199);
  const after = tap.timeline();
  expect(after.stalls.filter(({ endedMs }) => endedMs === undefined)).toEqual([]);
  expect(after.problems).toEqual([]);
  expect(after.messages.filter(({ from, stream }) => from === 'server' && stream === 1)).toHaveLength(200);
  expect(after.messages.at(-1)).toMatchObject({ json: { content: 'x'.repeat(4000) } });
  expect(drawSequence(during)).toContain('the server waits for a WINDOW_UPDATE');
  expect(drawWindows(during)).toContain('and stays so: the stream window is used up');
  expect(describeWindows(after)).toMatch(
    /^\/streamlings.*ServerStreaming on stream 1: the server sent [\d,]+ bytes\./,
  );
  const cut = after.frames.find(({ messages: span }) => span && span.after > 0);
  expect(cut?.windows).toMatchObject({ stream: 0 });
  expect(events.filter(({ kind }) => kind === 'frame')).toHaveLength(after.frames.length);
});
