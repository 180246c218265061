import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { credentials, status } from '@grpc/grpc-js';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { describe, expect, test } from 'vitest';
import type { ServerReflectionRequest } from '../gen/grpc/reflection/v1/reflection_pb.ts';
import { addHealth, Health } from '../src/health.ts';
import { createAsyncClient, createAsyncHandlers, createServiceDefinition } from '../src/index.ts';
import { addReflection, ServerReflection, ServerReflectionV1Alpha } from '../src/reflection.ts';
import { completeHandlers, type RunningServer, startServer } from './streaming-server.ts';

type Question = ServerReflectionRequest['messageRequest'];

const handlers = createAsyncHandlers(
  StreamingService,
  completeHandlers({
    async *serverStreaming({ topic, maxMessages }) {
      for (let i = 1; i <= maxMessages; i++) yield { content: `${topic} ${i}` };
    },
    clientStreaming: async (requests) => ({ messagesProcessed: (await Array.fromAsync(requests)).length }),
    bidirectionalStreaming: (requests) => requests,
  }),
);

function serveReflection(): Promise<RunningServer> {
  return startServer((server) => {
    server.addService(createServiceDefinition(StreamingService), handlers);
    addHealth(server);
    addReflection(server, [StreamingService, Health]);
  });
}

const bufCli = new URL('../node_modules/.bin/buf', import.meta.url).pathname;

/** Calls a method with nothing but the address: the schema comes by reflection. */
async function bufCurl(server: RunningServer, ...args: string[]): Promise<string> {
  const [last, ...flags] = args.toReversed();
  const { stdout } = await promisify(execFile)(bufCli, [
    ...['curl', '--protocol', 'grpc', '--http2-prior-knowledge', ...flags.reverse()],
    `http://${server.address}${last ?? ''}`,
  ]);
  return stdout.trim();
}

describe('buf curl', () => {
  test('lists the services and methods', async () => {
    await using server = await serveReflection();
    expect((await bufCurl(server, '--list-services', '')).split('\n')).toEqual([
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
      'streamlings.streaming.v1.StreamingService',
    ]);
    expect(await bufCurl(server, '--list-methods', '')).toContain('StreamingService/ServerStreaming');
  });

  const calls: [method: string, request: string, response: unknown[]][] = [
    ['streamlings.streaming.v1.StreamingService/UnaryCall', '{"content":"hi"}', [{ content: 'hi' }]],
    [
      'streamlings.streaming.v1.StreamingService/ServerStreaming',
      '{"topic":"news","maxMessages":2}',
      [{ content: 'news 1' }, { content: 'news 2' }],
    ],
    ['streamlings.streaming.v1.StreamingService/ClientStreaming', '{}{}{}', [{ messagesProcessed: 3 }]],
    [
      'streamlings.streaming.v1.StreamingService/BidirectionalStreaming',
      '{"content":"a"}{"content":"b"}',
      [{ content: 'a' }, { content: 'b' }],
    ],
    ['grpc.health.v1.Health/Check', '{}', [{ status: 'SERVING' }]],
  ];

  test.each(calls)('calls %s', async (method, request, response) => {
    await using server = await serveReflection();
    const output = await bufCurl(server, '--data', request, `/${method}`);
    expect(JSON.parse(`[${output.replaceAll(/}\s*{/g, '},{')}]`)).toEqual(response);
  });

  test.each(['grpc-v1', 'grpc-v1alpha'])('calls by %s alone', async (version) => {
    await using server = await serveReflection();
    const method = '/streamlings.streaming.v1.StreamingService/UnaryCall';
    const output = await bufCurl(server, '--reflect-protocol', version, '--data', '{"content":"hi"}', method);
    expect(JSON.parse(output)).toEqual({ content: 'hi' });
  });
});

async function ask(server: RunningServer, question: Question) {
  const client = createAsyncClient(ServerReflection, server.address, credentials.createInsecure());
  const [response] = await Array.fromAsync(
    client.serverReflectionInfo([{ host: 'me', messageRequest: question }]),
  );
  client.close();
  return response?.messageResponse;
}

async function filesFor(server: RunningServer, question: Question): Promise<string[]> {
  const answer = await ask(server, question);
  if (answer?.case !== 'fileDescriptorResponse') throw new Error(`expected files, got ${answer?.case}`);
  return answer.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name);
}

describe('the reflection service', () => {
  test.each([
    ['a service', 'grpc.health.v1.Health'],
    ['a method', 'grpc.health.v1.Health.Watch'],
    ['a message', 'grpc.health.v1.HealthCheckRequest'],
    ['a nested enum', 'grpc.health.v1.HealthCheckResponse.ServingStatus'],
    ['an enum value', 'grpc.health.v1.HealthCheckResponse.SERVING'],
    ['a field', 'grpc.health.v1.HealthCheckRequest.service'],
  ])('finds the file of %s', async (_kind, symbol) => {
    await using server = await serveReflection();
    const files = await filesFor(server, { case: 'fileContainingSymbol', value: symbol });
    expect(files).toEqual(['grpc/health/v1/health.proto']);
  });

  test('finds a file by its name, with what it imports', async () => {
    const { ErrorInfoSchema } = await import('../gen/google/rpc/error_details_pb.ts');
    await using server = await startServer((server) => {
      addReflection(server, [{ ...Health, file: ErrorInfoSchema.file }]);
    });
    const files = await filesFor(server, { case: 'fileByFilename', value: 'google/rpc/error_details.proto' });
    expect(files).toEqual(['google/rpc/error_details.proto', 'google/protobuf/duration.proto']);
  });

  test('answers NOT_FOUND, and goes on', async () => {
    await using server = await serveReflection();
    const client = createAsyncClient(ServerReflectionV1Alpha, server.address, credentials.createInsecure());
    const questions = ['a.B', 'grpc.health.v1.Health'].map((value) => ({
      messageRequest: { case: 'fileContainingSymbol' as const, value },
    }));
    const [unknown, known] = await Array.fromAsync(client.serverReflectionInfo(questions));
    expect(unknown?.messageResponse).toMatchObject({
      case: 'errorResponse',
      value: { errorCode: status.NOT_FOUND, errorMessage: 'not found: a.B' },
    });
    expect(known?.messageResponse.case).toBe('fileDescriptorResponse');
    client.close();
  });

  test('knows that a message has no extensions, and which messages it does not know', async () => {
    await using server = await serveReflection();
    const known = 'grpc.health.v1.HealthCheckRequest';
    expect(await ask(server, { case: 'allExtensionNumbersOfType', value: known })).toMatchObject({
      case: 'allExtensionNumbersResponse',
      value: { baseTypeName: known, extensionNumber: [] },
    });
    const unknown = await ask(server, { case: 'allExtensionNumbersOfType', value: 'a.B' });
    expect(unknown?.case).toBe('errorResponse');
  });

  test('rejects an empty question', async () => {
    await using server = await serveReflection();
    const answer = await ask(server, { case: undefined });
    expect(answer).toMatchObject({ case: 'errorResponse', value: { errorCode: status.INVALID_ARGUMENT } });
  });
});
