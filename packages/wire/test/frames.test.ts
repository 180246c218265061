import { describe, expect, test } from 'vitest';
import {
  writeFrame,
  writeGoaway,
  writeHeaders,
  writeResetStream,
  writeWindowUpdate,
} from '../src/http2/frame-bytes.ts';
import { Flag, FrameType } from '../src/http2/names.ts';
import {
  block,
  DecodedSession,
  data,
  headers,
  message,
  preface,
  request,
  response,
  settings,
  settingsAck,
} from './http2-session.ts';

const padded = (content: Uint8Array, padding: number) =>
  Buffer.concat([Buffer.of(padding), content, Buffer.alloc(padding)]);

/** The frames after the opening ones, without what every frame has. */
function decodeFrames(...fromClient: Uint8Array[]) {
  const { frames } = new DecodedSession().open().push('client', ...fromClient).timeline;
  return frames
    .slice(4)
    .map(
      ({ order: _order, connection: _connection, atMs: _atMs, offset: _offset, from: _from, ...rest }) =>
        rest,
    );
}

describe('a frame', () => {
  test('DATA carries its length and its flags', () => {
    const [, frame] = decodeFrames(request(1), data(1, message(Buffer.from('abc')), true));
    expect(frame).toEqual({
      type: 'DATA',
      stream: 1,
      flags: ['END_STREAM'],
      length: 8,
      messages: { first: 1, last: 1, before: 0, after: 0 },
      windows: { connection: 65_527, stream: 65_527 },
    });
  });

  test('DATA with padding spends the windows for it, and keeps it out of the message', () => {
    const content = padded(message(Buffer.from('abc')), 10);
    const session = new DecodedSession().open();
    session.push('client', request(1), writeFrame(FrameType.DATA, Flag.PADDED, 1, content));
    const { frames, messages } = session.timeline;
    expect(frames.at(-1)).toMatchObject({
      flags: ['PADDED'],
      length: 19,
      padding: 11,
      windows: { stream: 65_516 },
    });
    expect(messages).toMatchObject([{ length: 3, payload: Buffer.from('abc').toString('base64') }]);
  });

  test('HEADERS with padding and priority', () => {
    const fragment = Buffer.concat([Buffer.of(0x80, 0, 0, 3, 15), block({ ':path': '/x' })]);
    const flags = Flag.END_HEADERS | Flag.PADDED | Flag.PRIORITY;
    const [frame] = decodeFrames(writeFrame(FrameType.HEADERS, flags, 1, padded(fragment, 4)));
    expect(frame).toMatchObject({
      type: 'HEADERS',
      flags: ['END_HEADERS', 'PADDED', 'PRIORITY'],
      padding: 5,
      block: 'request',
      headers: [{ name: ':path', value: '/x' }],
    });
  });

  test('HEADERS with CONTINUATION is one block, known when it is whole', () => {
    const bytes = writeHeaders(1, block({ ':path': `/${'x'.repeat(100)}` }), {
      endStream: true,
      maxFrameSize: 40,
    });
    const frames = decodeFrames(bytes);
    expect(frames.map(({ type, flags, length }) => [type, flags, length])).toEqual([
      ['HEADERS', ['END_STREAM'], 40],
      ['CONTINUATION', [], 40],
      ['CONTINUATION', ['END_HEADERS'], 29],
    ]);
    expect(frames.map(({ headers: fields }) => fields?.[0]?.value.length)).toEqual([
      101,
      undefined,
      undefined,
    ]);
  });

  test('PRIORITY and a type that nobody defined pass with their lengths', () => {
    const frames = decodeFrames(
      writeFrame(FrameType.PRIORITY, 0, 3, Buffer.alloc(5)),
      writeFrame(0x42, 0xff, 3, Buffer.alloc(7)),
    );
    expect(frames).toEqual([
      { type: 'PRIORITY', stream: 3, flags: [], length: 5 },
      { type: 'UNKNOWN 0x42', stream: 3, flags: ['0xff'], length: 7 },
    ]);
  });

  test('RST_STREAM names its code, and closes its stream', () => {
    const session = new DecodedSession().open();
    session.push('client', request(1), writeResetStream(1, 'CANCEL'));
    expect(session.timeline.frames.at(-1)).toMatchObject({ type: 'RST_STREAM', code: 'CANCEL' });
    expect(session.timeline.streams).toMatchObject([{ id: 1, reset: { from: 'client', code: 'CANCEL' } }]);
  });

  test('RST_STREAM with a code that nobody defined gives it in hexadecimal', () => {
    const [, frame] = decodeFrames(request(1), writeFrame(FrameType.RST_STREAM, 0, 1, Buffer.of(0, 0, 1, 0)));
    expect(frame?.code).toBe('0x100');
  });

  test('SETTINGS keeps the order of its settings, unknown ones included', () => {
    const [frame] = decodeFrames(settings([3, 100], [0x99, 1], [5, 20_000]));
    expect(frame?.settings).toEqual([
      { name: 'MAX_CONCURRENT_STREAMS', value: 100 },
      { name: '0x99', value: 1 },
      { name: 'MAX_FRAME_SIZE', value: 20_000 },
    ]);
  });

  test('PUSH_PROMISE names its stream, and its block counts for the table', () => {
    const promise = Buffer.concat([
      Buffer.of(0, 0, 0, 2),
      Buffer.from('400161', 'hex'),
      Buffer.from('0162', 'hex'),
    ]);
    const session = new DecodedSession().open().push('client', request(1));
    session.push('server', writeFrame(FrameType.PUSH_PROMISE, Flag.END_HEADERS, 1, promise));
    session.push('server', writeFrame(FrameType.HEADERS, Flag.END_HEADERS, 1, Buffer.of(0x88, 0xbe)));
    const [pushed, answer] = session.timeline.frames.slice(-2);
    expect(pushed).toMatchObject({ promisedStream: 2, headers: [{ name: 'a', value: 'b' }] });
    expect(answer?.headers).toContainEqual({ name: 'a', value: 'b' });
  });

  test('PING and GOAWAY carry what is in them', () => {
    const goaway = writeFrame(
      FrameType.GOAWAY,
      0,
      0,
      Buffer.concat([writeGoaway(5, 'ENHANCE_YOUR_CALM').subarray(9), Buffer.from('too many pings')]),
    );
    const ping = writeFrame(FrameType.PING, Flag.ACK, 0, Buffer.from('0102030405060708', 'hex'));
    expect(decodeFrames(ping, goaway)).toMatchObject([
      { type: 'PING', flags: ['ACK'], opaque: '0102030405060708' },
      { type: 'GOAWAY', code: 'ENHANCE_YOUR_CALM', lastStream: 5, debug: 'too many pings' },
    ]);
  });

  test('has the offset of its first byte in what its sender sent', () => {
    const session = new DecodedSession().push(
      'client',
      preface,
      settings(),
      request(1),
      data(1, Buffer.alloc(3)),
    );
    const sizes = [settings().length, request(1).length];
    expect(session.timeline.frames.map(({ offset }) => offset)).toEqual([
      24,
      24 + (sizes[0] ?? 0),
      24 + (sizes[0] ?? 0) + (sizes[1] ?? 0),
    ]);
  });

  test('of DATA after RST_STREAM is still there, with the connection window only', () => {
    const frames = decodeFrames(request(1), writeResetStream(1, 'CANCEL'), data(1, Buffer.alloc(10)));
    expect(frames.at(-1)).toEqual({
      type: 'DATA',
      stream: 1,
      flags: [],
      length: 10,
      windows: { connection: 65_525 },
    });
  });
});

test('streams may be interleaved', () => {
  const session = new DecodedSession().open();
  const [one, two] = [message(Buffer.from('first')), message(Buffer.from('second'))];
  session.push('client', request(1), request(3), data(1, one.subarray(0, 3)), data(3, two.subarray(0, 7)));
  session.push('client', data(1, one.subarray(3), true), data(3, two.subarray(7), true));
  session.push('server', response(3), response(1));
  const { messages } = session.timeline;
  expect(
    messages.map(({ stream, payload = '' }) => [stream, Buffer.from(payload, 'base64').toString()]),
  ).toEqual([
    [3, 'second'],
    [1, 'first'],
  ]);
});

test('bytes that come one by one decode to the same frames', () => {
  const client = Buffer.concat([
    preface,
    settings([4, 70_000]),
    request(1),
    writeFrame(FrameType.DATA, Flag.PADDED, 1, padded(message(Buffer.from('abc')), 3)),
    writeFrame(FrameType.PING, 0, 0, Buffer.alloc(8)),
    data(1, Buffer.concat([message(Buffer.alloc(0)), message(Buffer.alloc(300))]), true),
  ]);
  const server = Buffer.concat([
    settings(),
    settingsAck,
    response(1),
    writeWindowUpdate(1, 100),
    headers(1, { 'grpc-status': '0' }, true),
  ]);
  const whole = new DecodedSession().push('client', client).push('server', server);
  const pieces = new DecodedSession();
  for (const byte of client) pieces.push('client', Buffer.of(byte));
  for (const byte of server) pieces.push('server', Buffer.of(byte));
  const withoutTimes = (session: DecodedSession) =>
    JSON.parse(JSON.stringify(session.timeline), (key, value) => (/Ms$/.test(key) ? undefined : value));
  expect(withoutTimes(pieces)).toEqual(withoutTimes(whole));
  expect(pieces.timeline).toMatchObject({ problems: [], streams: [{ status: { code: 0 } }] });
});

describe('bytes that break HTTP/2 end the decoding', () => {
  const open = Buffer.concat([preface, settings()]);

  test.each([
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'preface', 0],
    [
      'a frame over the limit',
      Buffer.concat([open, Buffer.of(0, 0x40, 1, 0, 0, 0, 0, 0, 1)]),
      'frame-size',
      33,
    ],
    ['a broken header block', Buffer.concat([open, writeFrame(1, 4, 1, Buffer.of(0x80))]), 'hpack', 33],
    [
      'a frame inside a header block',
      Buffer.concat([open, writeFrame(1, 0, 1, Buffer.of(0x82)), data(1, Buffer.alloc(1))]),
      'protocol',
      43,
    ],
    ['CONTINUATION of nothing', Buffer.concat([open, writeFrame(9, 4, 1, Buffer.of(0x82))]), 'protocol', 33],
    [
      'more padding than payload',
      Buffer.concat([open, writeFrame(0, 8, 1, Buffer.of(9, 0))]),
      'protocol',
      33,
    ],
    ['DATA without a stream', Buffer.concat([open, data(0, Buffer.alloc(1))]), 'protocol', 33],
    ['a short WINDOW_UPDATE', Buffer.concat([open, writeFrame(8, 0, 0, Buffer.alloc(3))]), 'frame-size', 33],
    ['a short GOAWAY', Buffer.concat([open, writeFrame(7, 0, 0, Buffer.alloc(7))]), 'frame-size', 33],
    ['half a setting', Buffer.concat([open, writeFrame(4, 0, 0, Buffer.alloc(7))]), 'frame-size', 33],
  ])('%s', (_, bytes, code, offset) => {
    const session = new DecodedSession().push('client', bytes).push('client', request(5));
    expect(session.timeline.problems).toMatchObject([{ from: 'client', code, offset }]);
    expect(session.timeline.streams).toMatchObject([]);
  });

  test('a header block of more than 256 KiB', () => {
    const session = new DecodedSession().open();
    session.push(
      'client',
      writeHeaders(1, Buffer.alloc(300_000), { endStream: false, maxFrameSize: 16_384 }),
    );
    expect(session.timeline.problems).toMatchObject([{ code: 'limit' }]);
  });

  test('more than 10,000 open streams', () => {
    const session = new DecodedSession().open();
    for (let stream = 1; stream <= 20_003; stream += 2) session.push('client', request(stream));
    expect(session.timeline.problems).toMatchObject([
      { code: 'limit', text: 'more than 10000 streams are open' },
    ]);
  });
});
