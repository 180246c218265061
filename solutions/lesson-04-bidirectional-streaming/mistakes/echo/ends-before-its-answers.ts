// misconception: L4-04
// fails: ends with OK behind the last answer when the client has half-closed
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export function handlers(): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'> {
  return {
    bidirectionalStreaming: (call) => {
      call.on('data', ({ content }) => {
        setImmediate(() => {
          if (!call.writableEnded) call.write({ content: `Echo: ${content}`, sender: 'server' });
        });
      });
      call.on('end', () => call.end());
    },
  };
}
