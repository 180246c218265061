import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** Answers `BidirectionalStreaming`: keeps each message in `world.store` before it answers it. */
export function handlers(
  world: World,
): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'> {
  return {
    bidirectionalStreaming: (call) => {
      // TODO: Put each message into the store under `{sender}/{content}`, then answer it with
      //   `Processed: {content}`. Answers come in the order of the messages; OK comes behind the last answer.

      // TODO: Answer a message without content with `ERROR: Empty message content`, and go on.

      // TODO: End the call with a status when the store fails: RESOURCE_EXHAUSTED for EDQUOT, INTERNAL
      //   for anything else. Keep and answer nothing after it.
      call.emit('error', {
        code: status.UNIMPLEMENTED,
        details: 'BidirectionalStreaming is not written yet',
      });
    },
  };
}
