import { once } from 'node:events';
import { create } from '@bufbuild/protobuf';
import { type ClientOptions, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import {
  type Message,
  MessageSchema,
  StreamingService,
  type StreamResponse,
} from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { describe, expect, test } from 'vitest';
import { createClient, type ServiceClient, type ServiceHandlers } from '../src/index.ts';
import { servePlain } from './streaming-server.ts';

const handlers: ServiceHandlers<typeof StreamingService> = {
  unaryCall(call, callback) {
    const sender = String(call.metadata.get('sender')[0] ?? 'server');
    callback(null, { content: `Echo: ${call.request.content}`, timestamp: call.request.timestamp, sender });
  },
  serverStreaming(call) {
    for (let i = 1; i <= call.request.maxMessages; i++) call.write({ content: `${call.request.topic} ${i}` });
    call.end();
  },
  clientStreaming(call, callback) {
    let messagesProcessed = 0;
    call.on('data', () => messagesProcessed++);
    call.on('end', () => callback(null, { messagesProcessed, status: 'done' }));
  },
  bidirectionalStreaming(call) {
    call.on('data', ({ content }) => call.write({ content: `Echo: ${content}` }));
    call.on('end', () => call.end());
  },
};

function connect(address: string, options?: ClientOptions): ServiceClient<typeof StreamingService> {
  return createClient(StreamingService, address, credentials.createInsecure(), options);
}

function promise<T>(
  start: (callback: (error: ServiceError | null, response?: T) => void) => unknown,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  start((error, response) => (error ? reject(error) : resolve(response as T)));
  return promise;
}

async function contents(stream: AsyncIterable<Message>): Promise<string[]> {
  return (await Array.fromAsync(stream)).map(({ content }) => content);
}

describe('createServiceDefinition and createClient', () => {
  test('make a unary call', async () => {
    await using server = await servePlain(handlers);
    const client = connect(server.address);
    const response = await promise<Message>((callback) =>
      client.unaryCall({ content: 'hello', timestamp: 2n ** 60n }, callback),
    );
    expect(response).toEqual(
      create(MessageSchema, { content: 'Echo: hello', timestamp: 2n ** 60n, sender: 'server' }),
    );
    client.close();
  });

  test('make a server streaming call', async () => {
    await using server = await servePlain(handlers);
    const client = connect(server.address);
    expect(await contents(client.serverStreaming({ topic: 'news', maxMessages: 3 }))).toEqual([
      'news 1',
      'news 2',
      'news 3',
    ]);
    client.close();
  });

  test('make a client streaming call', async () => {
    await using server = await servePlain(handlers);
    const client = connect(server.address);
    const response = await promise<StreamResponse>((callback) => {
      const call = client.clientStreaming(callback);
      call.write({ content: 'an init shape' });
      call.end(create(MessageSchema, { content: 'a message' }));
    });
    expect(response.messagesProcessed).toBe(2);
    client.close();
  });

  test('make a bidirectional streaming call', async () => {
    await using server = await servePlain(handlers);
    const client = connect(server.address);
    const call = client.bidirectionalStreaming();
    call.write({ content: 'a' });
    const [reply] = await once(call, 'data');
    expect(reply.content).toBe('Echo: a');
    call.end();
    await once(call, 'end');
    client.close();
  });

  test('take metadata and call options where grpc-js takes them', async () => {
    await using server = await servePlain(handlers);
    const client = connect(server.address);
    const metadata = new Metadata();
    metadata.set('sender', 'me');
    const deadline = Date.now() - 1;
    const response = await promise<Message>((callback) => client.unaryCall({}, metadata, {}, callback));
    expect(response.sender).toBe('me');
    const late = promise<Message>((callback) => client.unaryCall({}, { deadline }, callback));
    await expect(late).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
    client.close();
  });

  test('change no channel option', async () => {
    await using server = await servePlain(handlers);
    const given: object[] = [];
    connect(server.address, {
      channelFactoryOverride: (_address, _credentials, options) => {
        given.push(options);
        return connect(server.address).getChannel();
      },
    });
    expect(given).toEqual([{}]);
  });

  test('type requests, responses and handlers from the descriptor', () => {
    const client = connect('127.0.0.1:1');
    // @ts-expect-error: a request has no such field
    const wrongRequest = () => client.serverStreaming({ subject: 'news' });
    const wrongResponse: ServiceHandlers<typeof StreamingService>['unaryCall'] = (_call, callback) => {
      // @ts-expect-error: int64 is a bigint
      callback(null, { timestamp: 1 });
    };
    // @ts-expect-error: three methods are missing
    const incomplete: ServiceHandlers<typeof StreamingService> = { unaryCall: handlers.unaryCall };
    expect([wrongRequest, wrongResponse, incomplete]).toHaveLength(3);
    client.close();
  });
});
