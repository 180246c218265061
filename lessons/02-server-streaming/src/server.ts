import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** How a call ended, as far as the server knows: all sent, given up with an error status, or left by the client. */
export type Ending = 'completed' | 'failed' | 'aborted';

/** Answers `ServerStreaming` from `world.source`, and reports how each accepted call ended. */
export function handlers(
  world: World,
  report: (ending: Ending) => void,
): Pick<ServiceHandlers<typeof StreamingService>, 'serverStreaming'> {
  return {
    serverStreaming: (call) => {
      // TODO: Stream the items of `world.source` about `call.request.topic`, as `ServerStreaming` in
      //   proto/streamlings/streaming/v1/streaming.proto says: validate first, send each message
      //   the moment its item exists, take the time from `world.clock`, and end with OK.

      // TODO: Turn a failure of the source into a status: ENOENT is NOT_FOUND, EACCES is
      //   PERMISSION_DENIED, anything else is INTERNAL. Its message must not leave the server.

      // TODO: Stop when the call is over, also while the next item is a long way off, and call
      //   `report` once for each call that passed the validation.
      call.emit('error', { code: status.UNIMPLEMENTED, details: 'ServerStreaming is not written yet' });
    },
  };
}
