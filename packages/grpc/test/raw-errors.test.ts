import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { Metadata, status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { BadRequestSchema } from '../gen/google/rpc/error_details_pb.ts';
import { type GrpcHandler, StatusError } from '../src/index.ts';
import { reply, serveRaw } from './raw-server.ts';
import type { RunningServer } from './streaming-server.ts';

/** A handler that fails in all four kinds of calls; a stream fails at once or after two responses. */
function failing(makeError: () => unknown, after = 0): GrpcHandler {
  const fail = () => Promise.reject(makeError());
  async function* stream() {
    for (let sent = 0; sent < after; sent++) yield reply(String(sent));
    await fail();
  }
  return {
    handleRequest: fail,
    handleClientStream: fail,
    handleServerStream: stream,
    handleBidiStream: stream,
  };
}

/** Calls all four methods. Returns their failures, and the responses that came before. */
async function callAll(server: RunningServer) {
  const client = server.connect();
  const responses: string[] = [];
  const drain = async (messages: AsyncIterable<{ content: string }>) => {
    for await (const { content } of messages) responses.push(content);
  };
  const results = await Promise.allSettled([
    client.unaryCall({}),
    drain(client.serverStreaming({})),
    client.clientStreaming([{}]),
    drain(client.bidirectionalStreaming([{}])),
  ]);
  const failures = results.map((result) => (result as PromiseRejectedResult).reason as StatusError);
  return { failures, responses };
}

const notFound = () => new StatusError(status.NOT_FOUND, 'no such thing');

describe('what a raw handler throws', () => {
  test.each<[string, () => unknown, status, string]>([
    ['a status error', notFound, status.NOT_FOUND, 'no such thing'],
    ['any other error', () => new Error('the password is "hunter2"'), status.INTERNAL, 'internal error'],
    ['no error at all', () => 'a string', status.INTERNAL, 'internal error'],
    [
      'a status error that says OK',
      () => new StatusError(status.OK, 'fine'),
      status.INTERNAL,
      'internal error',
    ],
    ['an unknown code', () => new StatusError(99 as status, 'odd'), status.INTERNAL, 'internal error'],
    ['an abort', () => AbortSignal.abort().reason, status.CANCELLED, 'cancelled'],
    [
      'a timeout',
      () => new DOMException('late', 'TimeoutError'),
      status.DEADLINE_EXCEEDED,
      'deadline exceeded',
    ],
  ])('becomes the status of all four kinds of calls: %s', async (_what, makeError, code, details) => {
    await using early = await serveRaw(failing(makeError));
    const before = await callAll(early);
    expect(before.failures).toMatchObject(Array(4).fill({ code, details }));
    expect(before.responses).toEqual([]);
  });

  test('keeps the responses that were sent before it', async () => {
    await using server = await serveRaw(failing(notFound, 2));
    const { failures, responses } = await callAll(server);
    expect(failures.map(({ code }) => code)).toEqual(Array(4).fill(status.NOT_FOUND));
    expect(responses.sort()).toEqual(['0', '0', '1', '1']);
  });

  test('brings its metadata and details, before and after responses', async () => {
    const badRequest = create(BadRequestSchema, {
      fieldViolations: [{ field: 'id', description: 'missing' }],
    });
    const metadata = new Metadata();
    metadata.set('retry-after', '1');
    const rich = () =>
      new StatusError(status.RESOURCE_EXHAUSTED, 'slow down', {
        metadata,
        statusDetails: [anyPack(BadRequestSchema, badRequest)],
      });
    for (const after of [0, 2]) {
      await using server = await serveRaw(failing(rich, after));
      for (const failure of (await callAll(server)).failures) {
        expect(failure.metadata.get('retry-after')).toEqual(['1']);
        expect(failure.findDetails(BadRequestSchema)).toEqual([badRequest]);
      }
    }
  });

  test('is reported to the hook with its call if the client learns nothing of it', async () => {
    const told: unknown[] = [];
    const accident = new TypeError('x is undefined');
    await using server = await serveRaw(
      failing(() => accident),
      { onInternalError: (error, { path }) => told.push([error, path.split('/').at(-1)]) },
    );
    await callAll(server);
    expect(told).toHaveLength(4);
    expect(told).toContainEqual([accident, 'BidirectionalStreaming']);
  });

  test('may be thrown where an iterable or a promise was expected', async () => {
    const fail = () => {
      throw notFound();
    };
    await using server = await serveRaw({
      handleRequest: fail,
      handleServerStream: fail,
      handleClientStream: fail,
      handleBidiStream: fail,
    });
    const { failures } = await callAll(server);
    expect(failures.map(({ code }) => code)).toEqual(Array(4).fill(status.NOT_FOUND));
  });

  test('is CANCELLED or DEADLINE_EXCEEDED where an abort is passed on after the call was aborted', async () => {
    const over = Promise.withResolvers<unknown>();
    await using server = await serveRaw({
      async handleRequest(_request, { signal }) {
        const aborted = Promise.withResolvers<never>();
        signal.addEventListener('abort', () => {
          over.resolve(signal.reason);
          aborted.reject(signal.reason);
        });
        return aborted.promise;
      },
    });
    const late = server.connect().unaryCall({}, { deadline: Date.now() + 100 });
    await expect(late).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
    expect(await over.promise).toMatchObject({ code: status.DEADLINE_EXCEEDED });
  });
});

test('an answer that is no iterable is INTERNAL', async () => {
  await using server = await serveRaw({ handleServerStream: (async () => []) as never });
  await expect(server.connect().serverStreaming({}).next()).rejects.toMatchObject({ code: status.INTERNAL });
});
