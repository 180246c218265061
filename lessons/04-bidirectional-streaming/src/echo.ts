import { status } from '@grpc/grpc-js';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** Answers `BidirectionalStreaming`: each message with `Echo: {content}` from the sender `server`. */
export function handlers(): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'> {
  return {
    bidirectionalStreaming: (call) => {
      // TODO: Answer every message as it arrives, and end the call with OK when the client has half-closed.
      call.emit('error', {
        code: status.UNIMPLEMENTED,
        details: 'BidirectionalStreaming is not written yet',
      });
    },
  };
}
