import { once } from 'node:events';
import type { Writable } from 'node:stream';
import {
  type Message as AnyMessage,
  create,
  type DescMessage,
  fromBinary,
  toBinary,
} from '@bufbuild/protobuf';
import {
  type ClientDuplexStream,
  type ClientOptions,
  type ClientReadableStream,
  type ClientWritableStream,
  credentials,
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  makeGenericClientConstructor,
  type requestCallback,
} from '@grpc/grpc-js';
import {
  type Message,
  MessageSchema,
  type StreamRequest,
  StreamRequestSchema,
  type StreamResponse,
  StreamResponseSchema,
} from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { listen } from './listen.ts';
import { type Contender, expectCount, runConcurrently } from './workloads.ts';

const definition = {
  unaryCall: defineMethod('UnaryCall', MessageSchema, MessageSchema, false, false),
  serverStreaming: defineMethod('ServerStreaming', StreamRequestSchema, MessageSchema, false, true),
  clientStreaming: defineMethod('ClientStreaming', MessageSchema, StreamResponseSchema, true, false),
  bidirectionalStreaming: defineMethod('BidirectionalStreaming', MessageSchema, MessageSchema, true, true),
};

function defineMethod(
  name: string,
  input: DescMessage,
  output: DescMessage,
  requestStream: boolean,
  responseStream: boolean,
) {
  const serialize = (schema: DescMessage) => (message: AnyMessage) => {
    const bytes = toBinary(schema, message);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
  return {
    path: `/streamlings.streaming.v1.StreamingService/${name}`,
    requestStream,
    responseStream,
    requestSerialize: serialize(input),
    requestDeserialize: (bytes: Buffer) => fromBinary(input, bytes),
    responseSerialize: serialize(output),
    responseDeserialize: (bytes: Buffer) => fromBinary(output, bytes),
  };
}

const unaryCall: handleUnaryCall<Message, Message> = (call, callback) => {
  callback(null, create(MessageSchema, { content: call.request.content, sender: 'bench' }));
};

const serverStreaming: handleServerStreamingCall<StreamRequest, Message> = async (call) => {
  const over = new AbortController();
  call.on('cancelled', () => over.abort());
  try {
    for (let i = 0; i < call.request.maxMessages; i++) {
      const hasRoom = call.write(create(MessageSchema, { content: `message ${i}`, sender: 'bench' }));
      if (!hasRoom) await once(call, 'drain', { signal: over.signal });
    }
    call.end();
  } catch {
    call.end();
  }
};

const clientStreaming: handleClientStreamingCall<Message, StreamResponse> = (call, callback) => {
  let messagesProcessed = 0;
  call.on('data', (request: Message) => {
    if (request.sender) messagesProcessed++;
  });
  call.on('end', () => callback(null, create(StreamResponseSchema, { messagesProcessed })));
};

const bidirectionalStreaming: handleBidiStreamingCall<Message, Message> = (call) => {
  call.on('data', (request: Message) => {
    const hasRoom = call.write(create(MessageSchema, { content: request.content, sender: 'bench' }));
    if (!hasRoom) {
      call.pause();
      call.once('drain', () => call.resume());
    }
  });
  call.on('end', () => call.end());
};

interface HandWrittenClient {
  unaryCall(request: Message, callback: requestCallback<Message>): void;
  serverStreaming(request: StreamRequest): ClientReadableStream<Message>;
  clientStreaming(callback: requestCallback<StreamResponse>): ClientWritableStream<Message>;
  bidirectionalStreaming(): ClientDuplexStream<Message, Message>;
  close(): void;
}

async function writeAll(call: Writable, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    if (!call.write(message())) await once(call, 'drain');
  }
  call.end();
}

const message = () => create(MessageSchema, { content: 'message 123', sender: 'bench' });

/** The same program in plain grpc-js, with events, callbacks and `drain`; nothing of this package. */
export function handWritten(name: string, options: ClientOptions): Contender {
  return {
    name,

    serve: () =>
      listen((server) =>
        server.addService(definition, {
          unaryCall,
          serverStreaming,
          clientStreaming,
          bidirectionalStreaming,
        }),
      ),

    connect(port) {
      const StreamingClient = makeGenericClientConstructor(definition, 'StreamingService');
      const client = new StreamingClient(
        `127.0.0.1:${port}`,
        credentials.createInsecure(),
        options,
      ) as unknown as HandWrittenClient;
      return {
        unary: (calls, concurrency) =>
          runConcurrently(calls, concurrency, () => {
            const { promise, resolve, reject } = Promise.withResolvers<Message | undefined>();
            client.unaryCall(message(), (error, response) => (error ? reject(error) : resolve(response)));
            return promise;
          }),
        async serverStream(messages) {
          const call = client.serverStreaming(
            create(StreamRequestSchema, { topic: 'bench', maxMessages: messages }),
          );
          let received = 0;
          call.on('data', (response: Message) => {
            if (response.sender) received++;
          });
          await once(call, 'end');
          expectCount(received, messages);
        },
        async clientStream(messages) {
          const { promise, resolve, reject } = Promise.withResolvers<StreamResponse | undefined>();
          const call = client.clientStreaming((error, response) =>
            error ? reject(error) : resolve(response),
          );
          await writeAll(call, messages);
          expectCount((await promise)?.messagesProcessed ?? 0, messages);
        },
        async pingPong(messages) {
          const call = client.bidirectionalStreaming();
          let received = 0;
          call.on('data', (response: Message) => {
            if (response.sender) received++;
            if (received < messages) call.write(message());
            else call.end();
          });
          call.write(message());
          await once(call, 'end');
          expectCount(received, messages);
        },
        close: () => client.close(),
      };
    },
  };
}
