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
    // TODO: Bind the server to a free port, and connect `client` to it.
  });
  afterEach(() => {
    // TODO: Close both, also when a test has failed and left a stream open.
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

  // TODO: Test what `ServerStreaming`, `ClientStreaming` and `BidirectionalStreaming` promise.
}

/** Binds a server to an address and resolves with its port. */
function bind(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const insecure = ServerCredentials.createInsecure();
    server.bindAsync(address, insecure, (error, port) => (error ? reject(error) : resolve(port)));
  });
}
