// misconception: L2-03
// fails: ends with OK behind the last answer when the client has half-closed
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export function handlers(): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'> {
  return {
    bidirectionalStreaming: (call) => {
      call.on('data', ({ content }) => call.write({ content: `Echo: ${content}`, sender: 'server' }));
    },
  };
}
