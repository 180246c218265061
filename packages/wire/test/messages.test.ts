import { deflateSync, gzipSync } from 'node:zlib';
import { create, createRegistry, toBinary } from '@bufbuild/protobuf';
import { AnySchema, anyPack, DurationSchema } from '@bufbuild/protobuf/wkt';
import { MessageSchema, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { describe, expect, test } from 'vitest';
import { DecodedSession, data, headers, message, request, response } from './http2-session.ts';

const registry = createRegistry(StreamingService, DurationSchema);
const path = '/streamlings.streaming.v1.StreamingService/UnaryCall';
const payload = toBinary(MessageSchema, create(MessageSchema, { content: 'hello', timestamp: 2n ** 60n }));
const json = { content: 'hello', timestamp: String(2n ** 60n) };

function openCall(fields: Record<string, string> = {}): DecodedSession {
  return new DecodedSession({ registry }).open().push('client', request(1, { ':path': path, ...fields }));
}

describe('messages', () => {
  test('are decoded to ProtoJSON by the method of their call', () => {
    const session = openCall().push('client', data(1, message(payload)));
    session.push('server', response(1), data(1, message(payload)));
    expect(session.timeline.messages).toMatchObject([
      { from: 'client', index: 1, length: payload.length, compressed: false, json },
      { from: 'server', index: 1, length: payload.length, compressed: false, json },
    ]);
  });

  test('that cross frames say which piece is where', () => {
    const bytes = message(payload);
    const session = openCall().push(
      'client',
      data(1, bytes.subarray(0, 2)),
      data(1, bytes.subarray(2, 9)),
      data(1, bytes.subarray(9)),
    );
    const { frames, messages } = session.timeline;
    expect(frames.slice(-3).map((frame) => frame.messages)).toEqual([
      { first: 1, last: 1, before: 0, after: -1 },
      { first: 1, last: 1, before: 2, after: payload.length - 4 },
      { first: 1, last: 1, before: 9, after: 0 },
    ]);
    const [first, , last] = frames.slice(-3);
    expect(messages).toMatchObject([{ firstFrame: first?.order, lastFrame: last?.order, json }]);
  });

  test('that share a frame are all found', () => {
    const session = openCall().push(
      'client',
      data(1, Buffer.concat([message(payload), message(Buffer.alloc(0)), message(payload).subarray(0, 8)])),
    );
    const { frames, messages } = session.timeline;
    expect(frames.at(-1)?.messages).toEqual({ first: 1, last: 3, before: 0, after: payload.length - 3 });
    expect(messages.map(({ received, completeMs }) => [received, completeMs !== undefined])).toEqual([
      [payload.length, true],
      [0, true],
      [3, false],
    ]);
  });

  test.each([
    ['gzip', gzipSync(payload)],
    ['deflate', deflateSync(payload)],
  ])('that are compressed with %s are unpacked', (encoding, compressed) => {
    const session = openCall({ 'grpc-encoding': encoding }).push(
      'client',
      data(1, message(compressed, true)),
    );
    expect(session.timeline.messages).toMatchObject([{ length: compressed.length, compressed: true, json }]);
  });

  test('that nobody can unpack or decode keep their bytes and the reason', () => {
    const session = openCall({ 'grpc-encoding': 'snappy' });
    session.push('client', data(1, message(payload, true)), data(1, message(Buffer.of(0xff))));
    expect(session.timeline.messages).toMatchObject([
      {
        payload: Buffer.from(payload).toString('base64'),
        problem: 'the message is compressed with the unknown encoding snappy',
      },
      { payload: '/w==', problem: expect.any(String) },
    ]);
  });

  test('of a method that the registry does not know keep their bytes', () => {
    const session = openCall({ ':path': '/x.v1.X/Y' }).push('client', data(1, message(payload)));
    expect(session.timeline.messages[0]).toMatchObject({ payload: Buffer.from(payload).toString('base64') });
    expect(session.timeline.messages[0]).not.toHaveProperty('json');
  });

  test('that are too long to keep are counted', () => {
    const session = new DecodedSession({ maxMessageBytes: 10 })
      .open()
      .push('client', request(1), data(1, message(Buffer.alloc(11))));
    expect(session.timeline.messages).toMatchObject([
      { length: 11, received: 11, completeMs: expect.any(Number) },
    ]);
    expect(session.timeline.messages[0]).not.toHaveProperty('payload');
  });

  test('with a flag that gRPC does not have are reported and left alone, and the frames go on', () => {
    const session = openCall().push('client', data(1, Buffer.from('hello world')), data(1, message(payload)));
    const { frames, messages, problems } = session.timeline;
    expect(problems).toMatchObject([
      {
        stream: 1,
        code: 'grpc',
        offset: frames.at(-2)?.offset,
        text: 'message 1 starts with the flag 104, which is neither 0 nor 1',
      },
    ]);
    expect([messages.length, frames.at(-1)?.type]).toEqual([0, 'DATA']);
  });

  test('that end with their stream before they are whole are reported', () => {
    const session = openCall().push('client', data(1, message(payload).subarray(0, 9), true));
    expect(session.timeline.problems).toMatchObject([
      { stream: 1, code: 'grpc', text: 'the stream ends inside a message' },
    ]);
  });

  test('are looked for in gRPC calls only', () => {
    const session = openCall({ 'content-type': 'application/json' }).push(
      'client',
      data(1, Buffer.from('{"a":1}')),
    );
    expect(session.timeline).toMatchObject({ messages: [], problems: [] });
  });
});

describe('a call', () => {
  test('tells its timeout and, from its trailers, its status', () => {
    const session = openCall({ 'grpc-timeout': '5S' }).push('client', data(1, message(payload), true));
    session.push(
      'server',
      response(1),
      headers(1, { 'grpc-status': '5', 'grpc-message': 'no conte%CC%81nt 100%25' }, true),
    );
    const { streams, frames } = session.timeline;
    expect(streams).toMatchObject([
      {
        path,
        timeout: '5S',
        status: { code: 5, message: 'no conte\u0301nt 100%' },
        closedMs: expect.any(Number),
      },
    ]);
    expect(frames.at(-1)).toMatchObject({ block: 'trailers' });
  });

  test('that is answered by trailers only says so', () => {
    const session = openCall().push(
      'server',
      headers(1, { ':status': '200', 'content-type': 'application/grpc', 'grpc-status': '12' }, true),
    );
    expect(session.timeline.frames.at(-1)).toMatchObject({ block: 'trailers-only' });
    expect(session.timeline.streams).toMatchObject([{ status: { code: 12 } }]);
  });

  test('may get informational headers before the response', () => {
    const session = openCall().push('server', headers(1, { ':status': '103' }), response(1));
    expect(session.timeline.frames.slice(-2).map((frame) => frame.block)).toEqual([
      'informational',
      'response',
    ]);
  });

  test('shows the details of its status, by the registry or as bytes', () => {
    const known = toBinary(AnySchema, anyPack(DurationSchema, create(DurationSchema, { seconds: 3n })));
    const unknown = Buffer.concat([Buffer.of(0x0a, 3), Buffer.from('t/x'), Buffer.of(0x12, 1, 7)]);
    const status = Buffer.concat([
      Buffer.of(8, 3, 0x1a, known.length),
      known,
      Buffer.of(0x1a, unknown.length),
      unknown,
    ]);
    const bin = status.toString('base64').replace(/=+$/, '');
    const session = openCall().push(
      'server',
      headers(1, { ':status': '200', 'grpc-status': '3', 'grpc-status-details-bin': bin }, true),
    );
    expect(session.timeline.streams[0]?.status?.details).toEqual([
      { '@type': 'type.googleapis.com/google.protobuf.Duration', value: '3s' },
      { '@type': 't/x', value: 'Bw==' },
    ]);
  });

  test('with details that are no google.rpc.Status has none', () => {
    const session = openCall().push(
      'server',
      headers(1, { ':status': '200', 'grpc-status': '3', 'grpc-status-details-bin': '//8' }, true),
    );
    expect(session.timeline.streams[0]?.status).toEqual({ code: 3, details: [] });
  });
});
