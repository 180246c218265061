import { createAsyncHandlers, type ServiceHandlers } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export function handlers(): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'> {
  const { bidirectionalStreaming } = createAsyncHandlers(StreamingService, {
    unaryCall: () => ({}),
    async *serverStreaming() {},
    clientStreaming: () => ({}),
    async *bidirectionalStreaming(requests) {
      for await (const { content } of requests) yield { content: `Echo: ${content}`, sender: 'server' };
    },
  });
  return { bidirectionalStreaming };
}
