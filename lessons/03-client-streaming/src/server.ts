import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** A message that was left out of the totals. */
export interface Skipped {
  /** Its position in the upload, counted from 1. */
  position: number;
  /** `empty` for a message without content, `duplicate` for one that the store had already. */
  reason: 'empty' | 'duplicate';
}

/** Answers `ClientStreaming`: keeps the messages in `world.store`, under the keys `{sender}/{content}`. */
export function handlers(
  world: World,
  report: (skipped: Skipped) => void,
): Pick<ServiceHandlers<typeof StreamingService>, 'clientStreaming'> {
  return {
    clientStreaming: (call, callback) => {
      // TODO: Keep the messages one by one as they arrive, remember totals and no messages, and answer
      //   when the client has half-closed and everything is kept, as streaming.proto says.

      // TODO: Go on after a message that has no content, or that the store refuses with EEXIST:
      //   report it, and leave it out of the totals.

      // TODO: Answer INTERNAL, and nothing after it, when the store fails in any other way.
      callback({ code: status.UNIMPLEMENTED, details: 'ClientStreaming is not written yet' });
    },
  };
}
