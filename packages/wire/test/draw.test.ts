import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import {
  createLivePrinter,
  describeStall,
  describeWindows,
  drawSequence,
  drawWindows,
  formatEvent,
  formatTimeline,
} from '../src/draw/index.ts';
import { writeFrame, writeGoaway, writeResetStream, writeWindowUpdate } from '../src/http2/frame-bytes.ts';
import type { Timeline } from '../src/index.ts';
import {
  DecodedSession,
  data,
  headers,
  message,
  request,
  response,
  settings,
  settingsAck,
} from './http2-session.ts';

/** A session at fixed times: one entry each millisecond, as if nothing took any. */
function freeze(timeline: Timeline): Timeline {
  const frozen = structuredClone(timeline);
  frozen.takenMs = 50;
  const times = new Map<number, number>();
  for (const frame of frozen.frames) {
    times.set(frame.atMs, frame.order);
    frame.atMs = frame.order;
  }
  for (const stall of frozen.stalls) {
    stall.atMs = times.get(stall.atMs) ?? 0;
    if (stall.endedMs !== undefined) stall.endedMs = times.get(stall.endedMs) ?? 0;
  }
  for (const record of [...frozen.streams, ...frozen.connections]) record.atMs = times.get(record.atMs) ?? 0;
  return frozen;
}

const fields = { ':path': '/streamlings.streaming.v1.StreamingService/ServerStreaming' };

/** The call of the style guide: a message, a cancel, and an application that goes on. */
function cancelledCall(): Timeline {
  const session = new DecodedSession();
  session.push('client', Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), request(1, fields));
  session
    .push('server', response(1), data(1, message(Buffer.alloc(24))))
    .push('client', writeResetStream(1, 'CANCEL'));
  const timeline = freeze(session.timeline);
  const subject = "the server's source";
  timeline.notes.push({ atMs: 4, subject, text: 'has been asked for 37 more messages' });
  return timeline;
}

describe('formatTimeline', () => {
  test('prints a line for each frame, with notes between them', () => {
    expect(formatTimeline(cancelledCall())).toEqual([
      '   0 ms   client → server  HEADERS  /streamlings.streaming.v1.StreamingService/ServerStreaming',
      '   1 ms   client ← server  HEADERS  :status 200',
      '   2 ms   client ← server  DATA     message 1 (24 bytes)',
      '   3 ms   client → server  RST_STREAM CANCEL',
      "   4 ms   the server's source has been asked for 37 more messages",
    ]);
  });

  test('has words for every type of frame', () => {
    const session = new DecodedSession();
    session.push(
      'client',
      Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
      settings([4, 70_000]),
      request(1, { 'grpc-timeout': '5000m' }),
    );
    session.push(
      'server',
      settings(),
      settingsAck,
      headers(1, { ':status': '103' }),
      response(1),
      writeWindowUpdate(1, 1000),
      writeWindowUpdate(0, 1000),
    );
    session.push(
      'client',
      data(1, message(Buffer.alloc(10)).subarray(0, 8)),
      data(1, message(Buffer.alloc(10)).subarray(8), true),
    );
    session.push(
      'server',
      writeFrame(6, 1, 0, Buffer.alloc(8)),
      writeFrame(0x42, 0, 0, Buffer.alloc(1)),
      data(1, Buffer.alloc(0)),
    );
    session.push(
      'server',
      writeFrame(5, 4, 1, Buffer.of(0, 0, 0, 2, 0x84)),
      writeGoaway(1, 'NO_ERROR'),
      writeFrame(2, 0, 1, Buffer.alloc(5)),
    );
    session.push('server', headers(1, { 'grpc-status': '5', 'grpc-message': 'no%20such' }, true));
    expect(formatTimeline(session.timeline).map((line) => line.replace(/^ +\d+ ms {3}client /, ''))).toEqual([
      '→ server  SETTINGS INITIAL_WINDOW_SIZE 70,000',
      '→ server  HEADERS  /a.v1.AService/Call, timeout 5,000 ms',
      '← server  SETTINGS',
      '← server  SETTINGS ACK, stream windows now start at 70,000',
      '← server  HEADERS  :status 103',
      '← server  HEADERS  :status 200',
      '← server  WINDOW_UPDATE +1,000 for the stream, now 66,535',
      '← server  WINDOW_UPDATE +1,000 for the connection, now 66,535',
      '→ server  DATA     message 1, the first 8 of 15 bytes',
      '→ server  DATA     message 1, the last 7 of 15 bytes, half-close',
      '← server  PING     ACK',
      '← server  UNKNOWN 0x42 1 byte',
      '← server  DATA',
      '← server  PUSH_PROMISE stream 2 /',
      '← server  GOAWAY   NO_ERROR, last stream 1',
      '← server  PRIORITY 5 bytes',
      '← server  HEADERS  grpc-status 5 NOT_FOUND: no such',
    ]);
  });

  test('makes one line of a run of whole messages, unless asked not to', () => {
    const session = new DecodedSession().open().push('client', request(1));
    for (let count = 0; count < 5; count++) session.push('client', data(1, message(Buffer.alloc(7))));
    const lines = (collapse: boolean) =>
      formatTimeline(session.timeline, { types: ['DATA'], collapse }).slice(0, -2);
    expect(lines(true)).toEqual([expect.stringMatching(/DATA {5}messages 1 to 5 \(7 bytes each\)$/)]);
    expect(lines(false)).toHaveLength(5);
  });

  test('makes one line of DATA that comes for a stream that is over', () => {
    const session = new DecodedSession().open().push('client', request(1));
    session.push('server', response(1)).push('client', writeResetStream(1, 'CANCEL'));
    for (let count = 0; count < 5; count++) session.push('server', data(1, message(Buffer.alloc(7))));
    const lines = formatTimeline(session.timeline, { types: ['DATA'] });
    expect(lines).toEqual([expect.stringMatching(/client ← server {2}DATA {5}60 bytes in 5 frames$/)]);
  });

  test('tells streams and connections apart where there are several', () => {
    const session = new DecodedSession().open().push('client', request(1), request(3));
    expect(formatTimeline(session.timeline, { types: ['HEADERS'] })).toContainEqual(
      expect.stringContaining('client → server  3    HEADERS'),
    );
  });

  test('cuts lines to the width, with and without colour', () => {
    const timeline = cancelledCall();
    for (const line of formatTimeline(timeline, { width: 40 })) expect(line.length).toBeLessThanOrEqual(40);
    const colored = formatTimeline(timeline, { width: 40, color: true });
    expect(colored[3]).toContain('\u001b[31mRST_STREAM');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are made of them
    expect(colored.map((line) => line.replace(/\u001b\[\d+m/g, ''))).toEqual(
      formatTimeline(timeline, { width: 40 }),
    );
  });

  test('keeps the lines around a moment, and says how many it left out', () => {
    const session = new DecodedSession().open();
    for (let ping = 0; ping < 30; ping++) session.push('client', writeFrame(6, 0, 0, Buffer.alloc(8)));
    const lines = formatTimeline(freeze(session.timeline), { maxRows: 7, aroundMs: 10 });
    expect(lines).toHaveLength(7);
    expect([lines[0], lines.at(-1)]).toEqual([
      '          … 8 earlier entries',
      '          … 21 later entries',
    ]);
    expect(lines[3]).toMatch(/^ {2}10 ms/);
  });

  test('filters by stream, type, connection and time', () => {
    const session = new DecodedSession().open().push('client', request(1), request(3));
    session.push('server', writeWindowUpdate(0, 1), writeWindowUpdate(3, 1));
    const timeline = freeze({ ...session.timeline, stalls: [] });
    const types = (filter: object) =>
      formatTimeline(timeline, filter).map((line) => /(SETTINGS|HEADERS|WINDOW_UPDATE.*)/.exec(line)?.[0]);
    expect(types({ streams: [3] })).toEqual([
      'HEADERS',
      'WINDOW_UPDATE +1 for the connection, now 65,536',
      'WINDOW_UPDATE +1 for the stream, now 65,536',
    ]);
    expect(types({ omitTypes: ['SETTINGS', 'WINDOW_UPDATE'] })).toEqual(['HEADERS', 'HEADERS']);
    expect(types({ connection: 2 })).toEqual([]);
    expect(types({ fromMs: 4, untilMs: 4 })).toEqual(['HEADERS']);
  });

  test('says who waits for whom', () => {
    const session = new DecodedSession()
      .open()
      .push('server', settings([4, 10]))
      .push('client', settingsAck, request(1), data(1, message(Buffer.alloc(20)).subarray(0, 10)));
    expect(
      formatTimeline(session.timeline)
        .slice(-2)
        .map((line) => line.replace(/^ +\d+ ms {3}/, '')),
    ).toEqual([
      'the server stopped reading at 10 bytes; the client waits for a WINDOW_UPDATE on stream 1, in the middle of a message',
      'the server sends nothing on stream 1 although both windows are open: its application waits',
    ]);
    const [stall] = session.timeline.stalls;
    expect(
      stall &&
        describeStall({
          ...stall,
          cause: 'connection-window',
          endedMs: stall.atMs + 1500,
          midMessage: false,
        }),
    ).toBe(
      'the server stopped reading at 10 bytes; for 1,500 ms the client waits for a WINDOW_UPDATE for the connection',
    );
  });

  test('says where bytes cannot be decoded, and what was dropped', () => {
    const session = new DecodedSession({ maxBytes: 1000 })
      .open()
      .push('client', Buffer.from('garbage, and more of it'));
    const lines = formatTimeline(session.timeline);
    expect(lines[0]).toMatch(/… \d older entries were dropped to save memory/);
    expect(lines.at(-1)).toMatch(
      /ms {3}the client's bytes from 42 on: a frame of \d+ bytes exceeds the allowed 16384$/,
    );
  });

  test('shows control characters of the peer instead of printing them', () => {
    const session = new DecodedSession().open().push('client', request(1, { ':path': '/\u001b[2Jx' }));
    expect(formatTimeline(session.timeline).join('')).toContain('/\\u001b[2Jx');
  });
});

test('formatEvent prints what formatTimeline does, as it comes', () => {
  const [frame] = cancelledCall().frames;
  const event = { kind: 'frame' as const, frame: frame as NonNullable<typeof frame>, messages: [] };
  expect(formatEvent(event)).toEqual([
    '     0 ms   client → server  1:1    HEADERS  /streamlings.streaming.v1.StreamingService/ServerStreaming',
  ]);
});

test('formatEvent says why a connection broke off', () => {
  const session = new DecodedSession().open();
  session.connection.close('ECONNREFUSED');
  const [connection] = session.timeline.connections;
  expect(connection && formatEvent({ kind: 'connection', connection })).toEqual([
    expect.stringMatching(/ms {3}connection 1 broke off: ECONNREFUSED$/),
  ]);
});

test('createLivePrinter tells the first messages one by one, and others that come at once together', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const lines: string[] = [];
    const print = createLivePrinter(
      (line) => lines.push(line.replace(/^.*DATA {5}/, '')),
      () => ({ json: true }),
    );
    const session = new DecodedSession({ onEvent: print }).open().push('client', request(1));
    lines.length = 0;
    const send = (count: number) => {
      for (let index = 0; index < count; index++) session.push('client', data(1, message(Buffer.alloc(7))));
    };
    send(8);
    expect(lines.splice(0)).toEqual(
      Array.from({ length: 5 }, (_, index) => `message ${index + 1} (7 bytes)`),
    );
    vi.advanceTimersByTime(49);
    expect(lines).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(lines.splice(0)).toEqual(['messages 6 to 8 (7 bytes each)']);
    send(1);
    session.push('client', writeResetStream(1, 'CANCEL'));
    expect(lines).toEqual(['message 9 (7 bytes)', expect.stringMatching(/RST_STREAM CANCEL$/)]);
    vi.advanceTimersByTime(1000);
    expect(lines).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});

test('createLivePrinter tells of a stall that lasts, and not of one that ends at once', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const lines: string[] = [];
    const print = createLivePrinter((line) => lines.push(line));
    const stall = {
      connection: 1,
      stream: 1,
      sender: 'server' as const,
      cause: 'stream-window' as const,
      atMs: 3,
      bytes: 9,
      midMessage: false,
    };
    print({ kind: 'stall', stall });
    print({ kind: 'stall', stall: { ...stall, endedMs: 4 } });
    vi.advanceTimersByTime(1000);
    print({ kind: 'stall', stall: { ...stall, atMs: 5 } });
    vi.advanceTimersByTime(49);
    expect(lines).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(lines).toEqual([
      '     5 ms   the client stopped reading at 9 bytes; the server waits for a WINDOW_UPDATE on stream 1',
    ]);
  } finally {
    vi.useRealTimers();
  }
});

describe('drawings', () => {
  const stalled = () => {
    const session = new DecodedSession()
      .open()
      .push('server', settings([4, 10]))
      .push(
        'client',
        settingsAck,
        request(1, { ':path': '/a/<b> & "c"' }),
        data(1, message(Buffer.alloc(20)).subarray(0, 10)),
      );
    const timeline = session.timeline;
    timeline.notes.push({ atMs: 1, subject: "the client's source", text: '</svg><script>alert(1)</script>' });
    return timeline;
  };

  test.each([
    ['drawSequence', drawSequence],
    ['drawWindows', drawWindows],
  ])('%s makes a document of its own, titled, described and escaped', (_, draw) => {
    const svg = draw(stalled());
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"[^>]* role="img"><title>[^<]+<\/title><desc>[^<]+<\/desc>/,
    );
    expect(svg).not.toMatch(/<script|<b>|href|url\(|\bid=/);
    const opened = svg.match(/<[a-z]+(?: [^>]*[^/])?>/g)?.length;
    expect(opened).toBe(svg.match(/<\/[a-z]+>/g)?.length);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('of a sequence say in words what their arrows, boxes and colours mean', () => {
    const svg = drawSequence(stalled());
    expect(svg).toContain('HEADERS /a/&#60;b&#62; &#38; &#34;c&#34;');
    expect(svg).toContain('message 1, the first 10 of 25 bytes, stream window used up');
    expect(svg).toContain('the client waits for a WINDOW_UPDATE on stream 1');
  });

  test('of nothing are documents too', () => {
    const { timeline } = new DecodedSession();
    expect(drawSequence(timeline)).toMatch(/^<svg.*<\/svg>$/s);
    expect(drawWindows(timeline)).toContain('There is no such stream.');
  });

  test('of windows are told in words', () => {
    expect(describeWindows(freeze(stalled()))).toBe(
      '/a/<b> & "c" on stream 1: the client sent 10 bytes. ' +
        'The stream window starts at 10 bytes, is lowest at 7 ms with 0 bytes, and ends with 0 bytes. ' +
        'The connection window starts at 65,535 bytes, is lowest at 7 ms with 65,525 bytes, and ends with 65,525 bytes. ' +
        'The server gave back 0 bytes on the stream in 0 WINDOW_UPDATE frames. ' +
        'The client has to wait from 7 ms and stays so: the stream window is used up.',
    );
  });

  test('need nothing but what every browser has', () => {
    const seen = new Set<string>();
    const visit = (url: URL) => {
      if (seen.has(url.href)) return;
      seen.add(url.href);
      const source = readFileSync(url, 'utf8');
      expect(source).not.toMatch(/\bBuffer\b|\bprocess\b/);
      for (const [, type, path = ''] of source.matchAll(
        /^(?:import|export) (type )?[^;]*? from '([^']+)'/gms,
      )) {
        if (type) continue;
        expect(path).toMatch(/^\.\//);
        visit(new URL(path, url));
      }
    };
    visit(new URL('../src/draw/index.ts', import.meta.url));
    expect(seen.size).toBeGreaterThan(5);
  });
});
