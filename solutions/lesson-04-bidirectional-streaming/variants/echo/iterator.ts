import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export function handlers(): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'> {
  return {
    bidirectionalStreaming: async (call) => {
      try {
        for await (const { content } of call.iterator({ destroyOnReturn: false })) {
          call.write({ content: `Echo: ${content}`, sender: 'server' });
        }
        call.end();
      } catch {
        // The client has left; there is nobody to tell.
      }
    },
  };
}
