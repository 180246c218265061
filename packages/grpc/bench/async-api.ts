import { create } from '@bufbuild/protobuf';
import { credentials } from '@grpc/grpc-js';
import { MessageSchema, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { createAsyncClient, createAsyncHandlers, createServiceDefinition } from '../src/index.ts';
import { listen } from './listen.ts';
import { type Contender, expectCount, runConcurrently } from './workloads.ts';

const handlers = createAsyncHandlers(StreamingService, {
  async unaryCall(request) {
    return create(MessageSchema, { content: request.content, sender: 'bench' });
  },
  async *serverStreaming(request) {
    for (let i = 0; i < request.maxMessages; i++)
      yield create(MessageSchema, { content: `message ${i}`, sender: 'bench' });
  },
  async clientStreaming(requests) {
    let messagesProcessed = 0;
    for await (const request of requests) if (request.sender) messagesProcessed++;
    return { messagesProcessed };
  },
  async *bidirectionalStreaming(requests) {
    for await (const request of requests)
      yield create(MessageSchema, { content: request.content, sender: 'bench' });
  },
});

/** This package, in its own style: generators and `for await`. */
export const asyncApi: Contender = {
  name: 'async api',

  serve: () => listen((server) => server.addService(createServiceDefinition(StreamingService), handlers)),

  connect(port) {
    const client = createAsyncClient(StreamingService, `127.0.0.1:${port}`, credentials.createInsecure());
    const message = () => create(MessageSchema, { content: 'message 123', sender: 'bench' });
    return {
      unary: (calls, concurrency) => runConcurrently(calls, concurrency, () => client.unaryCall(message())),
      async serverStream(messages) {
        let received = 0;
        for await (const response of client.serverStreaming({ topic: 'bench', maxMessages: messages })) {
          if (response.sender) received++;
        }
        expectCount(received, messages);
      },
      async clientStream(messages) {
        async function* requests() {
          for (let i = 0; i < messages; i++) yield message();
        }
        expectCount((await client.clientStreaming(requests())).messagesProcessed, messages);
      },
      async pingPong(messages) {
        let answered = Promise.withResolvers<void>();
        async function* requests() {
          for (let i = 0; i < messages; i++) {
            yield message();
            await answered.promise;
          }
        }
        let received = 0;
        for await (const response of client.bidirectionalStreaming(requests())) {
          if (response.sender) received++;
          const { resolve } = answered;
          answered = Promise.withResolvers();
          resolve();
        }
        expectCount(received, messages);
      },
      close: () => client.close(),
    };
  },
};
