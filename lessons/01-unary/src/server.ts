import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** Answers `UnaryCall` and keeps the messages in `world.store`, under the keys `{sender}/{content}`. */
export function handlers(world: World): Pick<ServiceHandlers<typeof StreamingService>, 'unaryCall'> {
  return {
    unaryCall: (call, callback) => {
      // TODO: Answer `call.request` as `UnaryCall` in proto/streamlings/streaming/v1/streaming.proto says:
      //   refuse what is incomplete, take the time from `world.clock`.

      // TODO: Keep the message with `world.store.put(key, content)` before you answer,
      //   unless its `ttl_seconds` says that it is not to be kept.

      // TODO: Turn a failure of the store into a status: EEXIST is ALREADY_EXISTS, EDQUOT is
      //   RESOURCE_EXHAUSTED, EACCES is PERMISSION_DENIED, EBUSY is UNAVAILABLE, anything
      //   else is INTERNAL. Its message must not leave the server.
      callback({ code: status.UNIMPLEMENTED, details: 'UnaryCall is not written yet' });
    },
  };
}
