import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { credentials, Metadata, status } from '@grpc/grpc-js';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { describe, expect, test } from 'vitest';
import { BadRequestSchema, ErrorInfoSchema } from '../gen/google/rpc/error_details_pb.ts';
import { type CallContext, createClient, StatusError } from '../src/index.ts';
import { type RunningServer, serve, servePlain } from './streaming-server.ts';

const badRequest = create(BadRequestSchema, {
  fieldViolations: [{ field: 'topic', description: 'must not be empty' }],
});

function invalidTopic(): StatusError {
  const metadata = new Metadata();
  metadata.set('help', 'read the manual');
  return new StatusError(status.INVALID_ARGUMENT, 'invalid topic: ""', {
    metadata,
    statusDetails: [anyPack(BadRequestSchema, badRequest)],
  });
}

/** Makes all four calls. Returns their errors. */
async function failures(server: RunningServer): Promise<StatusError[]> {
  const client = server.connect();
  const results = await Promise.allSettled([
    client.unaryCall({}),
    Array.fromAsync(client.serverStreaming({})),
    client.clientStreaming([{}]),
    Array.fromAsync(client.bidirectionalStreaming([{}])),
  ]);
  return results.map((result) => (result.status === 'rejected' ? result.reason : undefined));
}

function serveFailing(error: () => unknown, onInternalError?: (error: unknown, call: CallContext) => void) {
  const fail = async () => {
    throw error();
  };
  async function* failLater() {
    yield {};
    throw error();
  }
  return serve(
    { unaryCall: fail, clientStreaming: fail, serverStreaming: failLater, bidirectionalStreaming: failLater },
    { onInternalError },
  );
}

describe('a status error that a handler throws', () => {
  test('keeps code, text, metadata and rich details in all four kinds', async () => {
    await using server = await serveFailing(invalidTopic);
    for (const error of await failures(server)) {
      expect(error).toBeInstanceOf(StatusError);
      expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, details: 'invalid topic: ""' });
      expect(error.metadata.get('help')).toEqual(['read the manual']);
      expect(error.findDetails(BadRequestSchema)).toEqual([badRequest]);
      expect(error.findDetails(ErrorInfoSchema)).toEqual([]);
    }
  });

  test('comes after the messages that were sent before it', async () => {
    await using server = await serve({
      async *serverStreaming() {
        for (const content of ['a', 'b', 'c']) yield { content };
        throw invalidTopic();
      },
    });
    const received: string[] = [];
    const read = async () => {
      for await (const { content } of server.connect().serverStreaming({})) received.push(content);
    };
    await expect(read()).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(received).toEqual(['a', 'b', 'c']);
  });

  test('is joined by the trailers that the handler has set', async () => {
    await using server = await serve({
      unaryCall(_request, { responseTrailers }) {
        responseTrailers.set('trailer', 't');
        throw invalidTopic();
      },
    });
    const error = await server
      .connect()
      .unaryCall({})
      .catch((reason) => reason);
    expect(error.metadata.get('trailer')).toEqual(['t']);
    expect(error.findDetails(BadRequestSchema)).toEqual([badRequest]);
  });

  test('may be thrown before a promise or an iterable is made', async () => {
    const fail = () => {
      throw invalidTopic();
    };
    await using server = await serve({
      unaryCall: fail,
      serverStreaming: fail,
      clientStreaming: fail,
      bidirectionalStreaming: fail,
    });
    expect((await failures(server)).map(({ code }) => code)).toEqual(Array(4).fill(status.INVALID_ARGUMENT));
  });

  test('is passed on from a call that the handler has made', async () => {
    await using backend = await serveFailing(invalidTopic);
    const backendClient = backend.connect();
    const plain = createClient(StreamingService, backend.address, credentials.createInsecure());
    await using server = await serve({
      unaryCall: (request) => backendClient.unaryCall(request),
      serverStreaming: (request) => plain.serverStreaming(request),
    });
    for (const error of (await failures(server)).slice(0, 2)) {
      expect(error).toMatchObject({ code: status.INVALID_ARGUMENT, details: 'invalid topic: ""' });
      expect(error.findDetails(BadRequestSchema)).toEqual([badRequest]);
    }
    plain.close();
  });

  test('survives characters that HTTP/2 cannot carry', async () => {
    await using server = await serveFailing(
      () => new StatusError(status.NOT_FOUND, 'no 100%\nπ \ud800 here'),
    );
    const [error] = await failures(server);
    expect(error?.details).toBe('no 100%\nπ \ufffd here');
  });
});

describe('anything else that a handler throws', () => {
  test('becomes INTERNAL with a text that tells nothing, and goes to the hook', async () => {
    const told: unknown[] = [];
    const accident = new TypeError('password is "hunter2"');
    await using server = await serveFailing(
      () => accident,
      (error, { path }) => told.push([error, path.split('/').at(-1)]),
    );
    for (const error of await failures(server)) {
      expect(error).toMatchObject({ code: status.INTERNAL, details: 'internal error' });
      expect(JSON.stringify(error.metadata)).not.toContain('hunter2');
    }
    expect(told).toHaveLength(4);
    expect(told).toContainEqual([accident, 'UnaryCall']);
    expect(told).toContainEqual([accident, 'BidirectionalStreaming']);
  });

  test('is INTERNAL too where it is no error at all', async () => {
    await using server = await serveFailing(() => 'a string');
    expect((await failures(server)).map(({ code }) => code)).toEqual(Array(4).fill(status.INTERNAL));
  });

  test('includes an answer that is not iterable', async () => {
    const told: unknown[] = [];
    const notIterable = (async () => []) as unknown as () => [];
    await using server = await serve(
      { serverStreaming: notIterable },
      { onInternalError: (error) => told.push(error) },
    );
    const responses = server.connect().serverStreaming({});
    await expect(responses.next()).rejects.toMatchObject({ code: status.INTERNAL });
    expect(told).toEqual([expect.any(TypeError)]);
  });

  test('goes to the hook although the client has left while the handler waited for room', async () => {
    const told = Promise.withResolvers<unknown>();
    const accident = new Error('cleaning up failed');
    const cleanUp = () => Promise.reject(accident);
    await using server = await serve(
      {
        async *serverStreaming() {
          try {
            for (;;) yield { content: 'x'.repeat(65_536) };
          } finally {
            await cleanUp();
          }
        },
      },
      { onInternalError: told.resolve },
    );
    for await (const _ of server.connect().serverStreaming({})) break;
    expect(await told.promise).toBe(accident);
  });
});

describe('StatusError.from', () => {
  test('makes aborts CANCELLED and timeouts DEADLINE_EXCEEDED', () => {
    expect(StatusError.from(AbortSignal.abort().reason).code).toBe(status.CANCELLED);
    expect(StatusError.from(new DOMException('late', 'TimeoutError')).code).toBe(status.DEADLINE_EXCEEDED);
  });

  test('keeps what was thrown as the cause', () => {
    const error = new Error('boom');
    expect(StatusError.from(error)).toMatchObject({ code: status.INTERNAL, cause: error });
  });

  test('leaves out what described the HTTP response of another call', () => {
    const metadata = Metadata.fromHttp2Headers({
      'content-type': 'application/grpc',
      date: 'today',
      help: 'me',
    });
    const error = Object.assign(new Error(), { code: status.NOT_FOUND, details: 'gone', metadata });
    expect(StatusError.from(error).metadata.getMap()).toEqual({ help: 'me' });
  });

  test('takes no error for a status because of a numeric code', () => {
    const error = Object.assign(new Error('boom'), { code: status.NOT_FOUND });
    expect(StatusError.from(error).code).toBe(status.INTERNAL);
  });

  test('keeps a status whose rich details cannot be read', () => {
    const metadata = new Metadata();
    metadata.set('grpc-status-details-bin', Buffer.from([0xff]));
    const error = new StatusError(status.NOT_FOUND, 'gone', { metadata });
    expect(error).toMatchObject({ code: status.NOT_FOUND, statusDetails: [] });
  });
});

test('a plain handler may answer with a status error', async () => {
  await using server = await servePlain({
    unaryCall: (_call, callback) => callback(invalidTopic()),
    serverStreaming: (call) => call.emit('error', invalidTopic()),
    clientStreaming: (_call, callback) => callback(invalidTopic()),
    bidirectionalStreaming: (call) => call.emit('error', invalidTopic()),
  });
  for (const error of await failures(server)) {
    expect(error.code).toBe(status.INVALID_ARGUMENT);
    expect(error.findDetails(BadRequestSchema)).toEqual([badRequest]);
  }
});
