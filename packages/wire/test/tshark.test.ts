import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { credentials } from '@grpc/grpc-js';
import { createAsyncClient, StatusError } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect, test } from 'vitest';
import {
  writeFrame,
  writeGoaway,
  writeHeaders,
  writeResetStream,
  writeWindowUpdate,
} from '../src/http2/frame-bytes.ts';
import { createTap } from '../src/index.ts';
import { Capture, writePcap } from './capture.ts';
import { isRequired } from './foreign-tools.ts';
import {
  block,
  data,
  headers,
  message,
  preface,
  request,
  response,
  settings,
  settingsAck,
} from './http2-session.ts';
import { serveTapped } from './streaming-server.ts';
import { collect, listen } from './tapped-sockets.ts';
import { decodeWithTshark, readTimeline, tshark } from './tshark.ts';

const port = 5000;
const isSkipped = !tshark && !isRequired;

/** Both decoders agree on every frame and every header field of a captured connection. */
function compare(capture: Capture, timeline: Parameters<typeof readTimeline>[0], connection: number): number {
  const ours = readTimeline(timeline, connection);
  const theirs = decodeWithTshark(writePcap(capture.connections[connection - 1] ?? [], port), port);
  for (const side of ['client', 'server'] as const) {
    expect(ours[side].frames).toEqual(theirs[side].frames);
    expect(ours[side].blocks).toEqual(theirs[side].blocks);
  }
  return ours.client.frames.length + ours.server.frames.length;
}

test.skipIf(isSkipped)(
  'tshark sees the same frames and headers in calls of all kinds of grpc-js',
  async () => {
    await using server = await serveTapped({
      unaryCall({ content }) {
        if (!content) throw new StatusError(3, 'no contént', { metadata: undefined });
        return { content };
      },
    });
    await using capture = await Capture.before(server.tap.address);
    const options = { 'grpc.default_compression_algorithm': 2 };
    const [plain, compressing] = [{}, options].map((choice) =>
      createAsyncClient(StreamingService, capture.address, credentials.createInsecure(), choice),
    );
    if (!plain || !compressing) throw new Error('no clients');
    for (const client of [plain, compressing]) {
      for (let call = 0; call < 5; call++)
        await client.unaryCall({ content: `call ${call}`, sender: 'x'.repeat(200) });
      await client.unaryCall({}).catch(() => {});
      await client.clientStreaming([{ content: 'a' }, { content: 'b'.repeat(40_000) }]);
      for await (const _ of client.bidirectionalStreaming([{ content: 'a' }, { content: 'b' }]));
      for await (const _ of client.serverStreaming({ topic: 'x', maxMessages: 100 }));
      for await (const _ of client.serverStreaming({ topic: 'x', maxMessages: 1000 })) break;
      await client.unaryCall({ content: 'barrier' });
    }
    const timeline = server.tap.timeline();
    expect(timeline.problems).toEqual([]);
    expect(compare(capture, timeline, 1)).toBeGreaterThan(200);
    expect(compare(capture, timeline, 2)).toBeGreaterThan(100);
    plain.close();
    compressing.close();
  },
);

test.skipIf(isSkipped)(
  'tshark sees the same in a session of everything that gRPC peers seldom send',
  async () => {
    const listener = createServer({ allowHalfOpen: true });
    const target = { host: '127.0.0.1', port: await listen(listener) };
    await using tap = await createTap({ target });
    await using capture = await Capture.before(tap.address);
    const accepted = once(listener, 'connection') as Promise<[Socket]>;
    const client = connect({
      port: Number(capture.address.split(':')[1]),
      host: '127.0.0.1',
      allowHalfOpen: true,
    });
    const [server] = await accepted;
    const long = block({
      ':path': '/a.v1.AService/Call',
      'content-type': 'application/grpc',
      long: 'x'.repeat(500),
    });
    const padded = (content: Uint8Array, padding: number) =>
      Buffer.concat([Buffer.of(padding), content, Buffer.alloc(padding)]);
    client.end(
      Buffer.concat([
        preface,
        settings([1, 8192], [3, 100], [4, 100_000], [5, 20_000], [6, 9000]),
        settingsAck,
        request(1),
        data(1, message(Buffer.alloc(7))),
        writeHeaders(3, long, { endStream: false, maxFrameSize: 100 }),
        writeFrame(0, 8, 3, padded(message(Buffer.alloc(30)), 12)),
        writeFrame(
          1,
          0x2c,
          5,
          padded(
            Buffer.concat([
              Buffer.of(0x80, 0, 0, 3, 15),
              Buffer.from('3fe11f828486', 'hex'),
              block({ x: 'y' }),
            ]),
            3,
          ),
        ),
        writeFrame(2, 0, 7, Buffer.of(0, 0, 0, 5, 16)),
        writeFrame(6, 0, 0, Buffer.from('0123456789abcdef', 'hex')),
        writeWindowUpdate(0, 1_000_000),
        writeWindowUpdate(1, 2 ** 31 - 1),
        writeResetStream(3, 'CANCEL'),
        data(1, Buffer.alloc(0), true),
        writeGoaway(0, 'PROTOCOL_ERROR'),
      ]),
    );
    server.end(
      Buffer.concat([
        settings(),
        settingsAck,
        writeFrame(6, 1, 0, Buffer.from('0123456789abcdef', 'hex')),
        response(1),
        data(1, message(Buffer.alloc(9)).subarray(0, 6)),
        headers(3, { ':status': '200', 'content-type': 'application/grpc', 'grpc-status': '12' }, true),
        data(1, message(Buffer.alloc(9)).subarray(6)),
        headers(1, { 'grpc-status': '0' }, true),
      ]),
    );
    await Promise.all([collect(server), collect(client)]);
    expect(compare(capture, tap.timeline(), 1)).toBe(27);
    listener.close();
  },
);
