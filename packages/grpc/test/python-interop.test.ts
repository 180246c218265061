import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { create, toBinary } from '@bufbuild/protobuf';
import { anyPack, FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect, test } from 'vitest';
import { BadRequestSchema } from '../gen/google/rpc/error_details_pb.ts';
import { StatusError } from '../src/index.ts';
import { serve } from './streaming-server.ts';

/** Distributions install grpcio for their own Python, which need not be the first on the PATH. */
const python = ['/usr/bin/python3', 'python3'].find((command) => {
  try {
    execFileSync(command, ['-c', 'import grpc, google.protobuf'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});
const isRequired = process.env.STREAMLINGS_REQUIRE_FOREIGN === '1';

test.skipIf(!python && !isRequired)('python3-grpcio makes calls of all four kinds', async () => {
  if (!python)
    throw new Error('no python3 with grpcio and protobuf: install python3-grpcio and python3-protobuf');
  const cancelled = Promise.withResolvers<void>();
  await using server = await serve({
    unaryCall({ content, timestamp }, { requestMetadata, responseTrailers }) {
      if (!content) {
        const badRequest = create(BadRequestSchema, { fieldViolations: [{ field: 'content' }] });
        const statusDetails = [anyPack(BadRequestSchema, badRequest)];
        throw new StatusError(status.INVALID_ARGUMENT, 'content must not be empty', { statusDetails });
      }
      responseTrailers.set('trailer', String(requestMetadata.get('token')[0]));
      return { content: `Echo: ${content}`, timestamp };
    },
    async *serverStreaming({ topic, maxMessages }, { signal }) {
      signal.addEventListener('abort', () => cancelled.resolve());
      for (let i = 1; i <= maxMessages; i++) yield { content: `${topic} ${i}` };
    },
    async clientStreaming(requests) {
      let length = 0;
      for await (const { content } of requests) length += content.length;
      return { status: `length ${length}` };
    },
    async *bidirectionalStreaming(requests) {
      for await (const { content } of requests) yield { content: `Echo: ${content}` };
      yield { content: 'bye' };
    },
  });
  const descriptor = Buffer.from(toBinary(FileDescriptorProtoSchema, StreamingService.file.proto));
  const { stdout } = await promisify(execFile)(python, [
    new URL('python_client.py', import.meta.url).pathname,
    server.address,
    descriptor.toString('base64'),
  ]);
  expect(JSON.parse(stdout)).toEqual({
    unary: ['Echo: hi', 2 ** 60, 'secret'],
    server_streaming: ['news 1', 'news 2', 'news 3'],
    client_streaming: 'length 6',
    bidi: ['Echo: a', 'Echo: b', 'bye'],
    failure: ['INVALID_ARGUMENT', 'content must not be empty', true],
    cancelled: 'CANCELLED',
  });
  await cancelled.promise;
});
