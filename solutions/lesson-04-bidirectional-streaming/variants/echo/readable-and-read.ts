import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export function handlers(): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'> {
  return {
    bidirectionalStreaming: (call) => {
      call.on('readable', () => {
        for (let message = call.read(); message !== null; message = call.read()) {
          call.write({ content: `Echo: ${message.content}`, sender: 'server' });
        }
      });
      call.on('end', () => call.end());
    },
  };
}
