import { once } from 'node:events';
import { connect } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import { StreamResponseSchema } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { describe, expect, test } from 'vitest';
import { encodeResponse, type GrpcHandler } from '../src/index.ts';
import { echo, reply, serveRaw } from './raw-server.ts';

const counting: GrpcHandler = {
  async handleClientStream(requests) {
    return encodeResponse(StreamResponseSchema, {
      messagesProcessed: (await Array.fromAsync(requests)).length,
    });
  },
};

/** A message whose encoding takes so many bytes. */
const ofBytes = (bytes: number) => ({ content: 'x'.repeat(bytes - 2) });

describe('the limits of a call', () => {
  test('let a request stream pass that has as many messages, and fail one that has more', async () => {
    await using server = await serveRaw(counting, { limits: { maxStreamRequestMessages: 3 } });
    const client = server.connect();
    expect((await client.clientStreaming([{}, {}, {}])).messagesProcessed).toBe(3);
    await expect(client.clientStreaming([{}, {}, {}, {}])).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      details: 'more than 3 requests',
    });
  });

  test('let a request stream pass that has as many bytes, and fail one that has more', async () => {
    await using server = await serveRaw(counting, { limits: { maxStreamRequestBytes: 100 } });
    const client = server.connect();
    expect((await client.clientStreaming([ofBytes(50), ofBytes(50)])).messagesProcessed).toBe(2);
    await expect(client.clientStreaming([ofBytes(50), ofBytes(51)])).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      details: 'stream request size exceeded 100 bytes',
    });
  });

  test('replace the response that goes beyond, and close the source', async () => {
    const closed = Promise.withResolvers<void>();
    await using server = await serveRaw(
      {
        async *handleServerStream() {
          try {
            for (const bytes of [50, 50, 3]) yield reply(ofBytes(bytes).content);
          } finally {
            closed.resolve();
          }
        },
      },
      { limits: { maxStreamResponseBytes: 100 } },
    );
    let received = 0;
    const drain = async () => {
      for await (const _ of server.connect().serverStreaming({})) received++;
    };
    await expect(drain()).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
      details: 'stream response size exceeded 100 bytes',
    });
    expect(received).toBe(2);
    await closed.promise;
  });

  test('let a response stream pass that has exactly as many bytes', async () => {
    const responses = [50, 50].map((bytes) => reply(ofBytes(bytes).content));
    await using server = await serveRaw(
      { handleServerStream: () => responses },
      { limits: { maxStreamResponseBytes: 100 } },
    );
    expect(await Array.fromAsync(server.connect().serverStreaming({}))).toHaveLength(2);
  });

  test('end a handler that takes longer than allowed, though the client set no deadline', async () => {
    const reason = Promise.withResolvers<unknown>();
    await using server = await serveRaw(
      {
        async *handleServerStream(_request, { signal }) {
          yield reply('first');
          await once(signal, 'abort');
          reason.resolve(signal.reason);
        },
      },
      { timeoutMs: 100 },
    );
    await expect(Array.fromAsync(server.connect().serverStreaming({}))).rejects.toMatchObject({
      code: status.DEADLINE_EXCEEDED,
      details: 'the server allows no more time',
    });
    expect(await reason.promise).toMatchObject({ code: status.DEADLINE_EXCEEDED });
  });

  test('leave no timer behind when the handler has answered', async () => {
    await using server = await serveRaw(echo, { timeoutMs: 60_000 });
    const client = server.connect();
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    for (let i = 0; i < 100; i++) await client.unaryCall({});
    expect(timers() - before).toBeLessThan(50);
  });

  test('of one message are those of the transport: 4 MiB, what equals it passing', async () => {
    await using server = await serveRaw(echo);
    const client = server.connect();
    const largest = 'x'.repeat(4 * 1024 * 1024 - 5);
    expect((await client.unaryCall({ content: largest })).content).toHaveLength(largest.length);
    await expect(client.unaryCall({ content: `${largest}x` })).rejects.toMatchObject({
      code: status.RESOURCE_EXHAUSTED,
    });
  });
});

/** Sends bytes as the body of a unary call, whatever they are, and returns the status that comes back. */
async function post(address: string, body: Buffer, headers: Record<string, string> = {}) {
  const session = connect(`http://${address}`);
  const stream = session.request({
    ':method': 'POST',
    ':path': '/streamlings.streaming.v1.StreamingService/UnaryCall',
    'content-type': 'application/grpc',
    te: 'trailers',
    ...headers,
  });
  let received: Record<string, unknown> = {};
  stream.on('response', (fields) => {
    received = { ...received, ...fields };
  });
  stream.on('trailers', (fields) => {
    received = { ...received, ...fields };
  });
  stream.on('error', () => {});
  stream.resume().end(body);
  await once(stream, 'close');
  session.close();
  return {
    http: received[':status'],
    code: Number(received['grpc-status']),
    details: received['grpc-message'],
  };
}

function frame(payload: Uint8Array, { flag = 0, length = payload.byteLength } = {}): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flag);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, payload]);
}

// grpc-js owns the frames: this is how it takes them, so that a new version that takes them otherwise is noticed.
describe('the frames of a request', () => {
  const message = Buffer.of(10, 1, 97);
  const gzip = { 'grpc-encoding': 'gzip' };

  test.each<[string, Buffer, Record<string, string>, number]>([
    ['one plain frame', frame(message), {}, status.OK],
    ['an empty message', frame(Buffer.of()), {}, status.OK],
    ['a compressed frame', frame(gzipSync(message), { flag: 1 }), gzip, status.OK],
    ['a plain frame where compression was announced', frame(message), gzip, status.OK],
    ['no frame', Buffer.of(), {}, status.UNIMPLEMENTED],
    ['two frames', Buffer.concat([frame(message), frame(message)]), {}, status.UNIMPLEMENTED],
    ['half a header', Buffer.of(0, 0), {}, status.UNIMPLEMENTED],
    ['half a body', frame(message, { length: 10 }), {}, status.UNIMPLEMENTED],
    ['a flag that does not exist', frame(message, { flag: 2 }), {}, status.OK],
    ['a compressed frame that was not announced', frame(message, { flag: 1 }), {}, status.OK],
    ['an unknown compression', frame(message, { flag: 1 }), { 'grpc-encoding': 'x' }, status.UNIMPLEMENTED],
    [
      'a frame that inflates beyond the limit',
      frame(gzipSync(Buffer.alloc(5_000_000)), { flag: 1 }),
      gzip,
      status.RESOURCE_EXHAUSTED,
    ],
  ])('get the status that grpc-js gives them: %s', async (_what, body, headers, code) => {
    await using server = await serveRaw(echo);
    expect(await post(server.address, body, headers)).toMatchObject({ http: 200, code });
  });
});
