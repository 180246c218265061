import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** Answers `BidirectionalStreaming`: each message with `Echo: {content}` from the sender `server`. */
export function handlers(): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'> {
  return {
    bidirectionalStreaming: (call) => {
      // Events, because a plain `for await (const message of call)` destroys the whole call when the requests are read.
      call.on('data', ({ content }) => {
        call.write({ content: `Echo: ${content}`, sender: 'server' });
      });
      call.on('end', () => call.end());
    },
  };
}
