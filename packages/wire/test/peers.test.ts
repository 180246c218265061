import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { createClient } from '@connectrpc/connect';
import { compressionGzip, createGrpcTransport } from '@connectrpc/connect-node';
import { StatusError } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { describe, expect, test } from 'vitest';
import type { Timeline } from '../src/index.ts';
import { findTool, isRequired } from './foreign-tools.ts';
import { serveTapped } from './streaming-server.ts';

/** Runs a peer to its end, which a watchdog brings about where the peer does not. */
const run = (command: string, args: string[]) =>
  promisify(execFile)(command, args, { timeout: 20_000, killSignal: 'SIGKILL' });
/** Distributions install grpcio for their own Python, which need not be the first on the PATH. */
const python = findTool(['/usr/bin/python3', 'python3'], '-c', 'import grpc, google.protobuf');
const buf = new URL('../node_modules/.bin/buf', import.meta.url).pathname;
const proto = new URL('../../../proto', import.meta.url).pathname;

/** The messages and the status of each call, in the order of their streams. */
function summarize({ streams, messages }: Timeline) {
  return streams.map((stream) => {
    const own = messages.filter(
      (message) => message.stream === stream.id && message.connection === stream.connection,
    );
    const contents = (from: string) => own.filter((message) => message.from === from).map(({ json }) => json);
    return [stream.path.split('/')[2], contents('client'), contents('server'), stream.status?.code];
  });
}

describe('a tap between peers', () => {
  test('connect-node', async () => {
    await using server = await serveTapped();
    const transport = createGrpcTransport({
      baseUrl: `http://${server.tap.address}`,
      sendCompression: compressionGzip,
    });
    const client = createClient(StreamingService, transport);
    expect((await client.unaryCall({ content: 'x'.repeat(2000) })).content).toHaveLength(2000);
    for await (const _ of client.bidirectionalStreaming(
      (async function* () {
        yield { content: 'a' };
        yield { content: 'b' };
      })(),
    ));
    const timeline = server.tap.timeline();
    expect(timeline.problems).toEqual([]);
    expect(timeline.messages.some(({ compressed, json }) => compressed && json)).toBe(true);
    expect(summarize(timeline)).toEqual([
      ['UnaryCall', [{ content: 'x'.repeat(2000) }], [{ content: 'x'.repeat(2000) }], 0],
      [
        'BidirectionalStreaming',
        [{ content: 'a' }, { content: 'b' }],
        [{ content: 'a' }, { content: 'b' }],
        0,
      ],
    ]);
  });

  test('buf curl', async () => {
    await using server = await serveTapped();
    const url = `http://${server.tap.address}/${StreamingService.typeName}/UnaryCall`;
    const flags = [
      'curl',
      '--schema',
      proto,
      '--protocol',
      'grpc',
      '--http2-prior-knowledge',
      '-d',
      '{"content":"hi"}',
      url,
    ];
    const { stdout } = await run(buf, flags);
    expect(JSON.parse(stdout)).toEqual({ content: 'hi' });
    expect(server.tap.timeline().problems).toEqual([]);
    expect(summarize(server.tap.timeline())).toEqual([
      ['UnaryCall', [{ content: 'hi' }], [{ content: 'hi' }], 0],
    ]);
  });

  test.skipIf(!python && !isRequired)('python3-grpcio', async () => {
    if (!python)
      throw new Error('no python3 with grpcio and protobuf: install python3-grpcio and python3-protobuf');
    await using server = await serveTapped({
      unaryCall({ content }) {
        if (!content) throw new StatusError(3, 'content must not be empty');
        return { content };
      },
    });
    const descriptor = Buffer.from(toBinary(FileDescriptorProtoSchema, StreamingService.file.proto));
    const script = new URL('python_client.py', import.meta.url).pathname;
    await run(python, [script, server.tap.address, descriptor.toString('base64')]);
    const timeline = server.tap.timeline();
    const stringOf = (text: string) => ({ content: text });
    expect(timeline.problems).toEqual([]);
    expect(summarize(timeline)).toEqual([
      ['UnaryCall', [stringOf('hi')], [stringOf('hi')], 0],
      ['ClientStreaming', [stringOf('a'), stringOf('b')], [{ messagesProcessed: 2 }], 0],
      ['UnaryCall', [{}], [], 3],
    ]);
    expect(timeline.streams[2]?.status).toEqual({ code: 3, message: 'content must not be empty' });
    expect(timeline.streams.every(({ timeout }) => /^\d+[HMSmun]$/.test(timeout ?? ''))).toBe(true);
  });
});
