// misconception: L7-08
// fails: notices every broken server
import { once } from 'node:events';
import { credentials, Server, ServerCredentials, status } from '@grpc/grpc-js';
import { createWorld, type World } from '@streamlings/grading/world';
import * as grpc from '@streamlings/grpc';
import { StreamingService, type StreamResponse } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

/** What is tested: `handlers` makes new ones that work with a World. */
export interface Subject {
  handlers(world: World): grpc.ServiceHandlers<typeof StreamingService>;
}

type Duplex = ReturnType<grpc.ServiceClient<typeof StreamingService>['bidirectionalStreaming']>;

/** Serves the handlers, and declares the tests of the three kinds of streams. */
export function suite({ handlers }: Subject): void {
  let server = new Server();
  let client!: grpc.ServiceClient<typeof StreamingService>;
  let { world, controls } = createWorld();

  beforeEach(async () => {
    ({ world, controls } = createWorld());
    server = new Server();
    server.addService(grpc.createServiceDefinition(StreamingService), handlers(world));
    const port = await bind(server, '127.0.0.1:0');
    client = grpc.createClient(StreamingService, `127.0.0.1:${port}`, credentials.createInsecure());
  });

  afterEach(() => {
    vi.useRealTimers();
    client.close();
    server.forceShutdown();
  });

  /** Makes `rounds` unary calls in a row. The server has then read what the client had sent before. */
  const barrier = async (rounds: number): Promise<void> => {
    const request = { content: 'barrier', sender: 'test', ttlSeconds: 0 };
    for (let i = 0; i < rounds; i++) await new Promise((done) => client.unaryCall(request, done));
  };

  /** Uploads messages with these contents and resolves with the answer. */
  const upload = (...contents: string[]): Promise<StreamResponse | undefined> =>
    new Promise((resolve, reject) => {
      const call = client.clientStreaming((error, answer) => (error ? reject(error) : resolve(answer)));
      for (const content of contents) call.write({ content, sender: 'ada' });
      call.end();
    });

  /** Sends messages and resolves with the contents of as many answers. */
  const exchange = (call: Duplex, sender: string, contents: string[]): Promise<string[]> => {
    for (const content of contents) call.write({ content, sender });
    return Array.fromAsync(contents, async () => (await once(call, 'data'))[0].content);
  };

  test('streams what was asked for, in order, and ends with OK', async () => {
    const messages = await client.serverStreaming({ topic: 'a', maxMessages: 2 }).toArray();
    expect(messages.every(({ sender }) => sender === 'server')).toBe(true);
  });

  test('answers each upload with totals of its own', async () => {
    expect((await upload('a', 'bc'))?.status).toBe('Processed 2 messages, total length: 3');
    expect((await upload('d'))?.status).toBe('Processed 1 messages, total length: 1');
  });

  test('answers each message in order, before the half-close, and gives up after 30 silent seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const call = client.bidirectionalStreaming();
    const failed = new Promise((resolve) => call.on('error', resolve));
    for (const sender of ['ada', 'bob', 'eve']) {
      expect(await exchange(call, sender, ['takes longer', 'b'])).toEqual(['Echo: takes longer', 'Echo: b']);
      await vi.advanceTimersByTimeAsync(20_000);
    }
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await failed).toMatchObject({ code: status.DEADLINE_EXCEEDED });
  });
}

/** Binds a server to an address and resolves with its port. */
function bind(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const insecure = ServerCredentials.createInsecure();
    server.bindAsync(address, insecure, (error, port) => (error ? reject(error) : resolve(port)));
  });
}
