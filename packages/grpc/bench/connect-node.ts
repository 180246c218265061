import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { create } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { connectNodeAdapter, createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { MessageSchema, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { type Contender, expectCount, runConcurrently } from './workloads.ts';

/** The same program on connect-node over the gRPC protocol, uncompressed. */
export const connectNode: Contender = {
  name: 'connect-node',

  async serve() {
    const server = createServer(
      connectNodeAdapter({
        acceptCompression: [],
        routes: (router) =>
          router.service(StreamingService, {
            async unaryCall(request) {
              return create(MessageSchema, { content: request.content, sender: 'bench' });
            },
            async *serverStreaming(request) {
              for (let i = 0; i < request.maxMessages; i++) {
                yield create(MessageSchema, { content: `message ${i}`, sender: 'bench' });
              }
            },
            async clientStreaming(requests) {
              let messagesProcessed = 0;
              for await (const request of requests) if (request.sender) messagesProcessed++;
              return { messagesProcessed };
            },
            async *bidirectionalStreaming(requests) {
              for await (const request of requests) {
                yield create(MessageSchema, { content: request.content, sender: 'bench' });
              }
            },
          }),
      }),
    );
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return (server.address() as AddressInfo).port;
  },

  connect(port) {
    const baseUrl = `http://127.0.0.1:${port}`;
    const sessionManager = new Http2SessionManager(baseUrl);
    const client = createClient(
      StreamingService,
      createGrpcTransport({ baseUrl, sessionManager, acceptCompression: [] }),
    );
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
      close: () => sessionManager.abort(),
    };
  },
};
