import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { FeedService } from '@streamlings/proto/streamlings/feed/v1/feed';

/** Answers `Follow` with the events of `world.bus`. */
export function handlers(world: World): ServiceHandlers<typeof FeedService> {
  return {
    follow: (call) => {
      // TODO: Read the requests and keep the set of topics that this call follows, as feed.proto says.

      // TODO: Meanwhile, send an update for each event of `world.bus` whose topic is in the set.

      // TODO: Stop both, the reading and the listening, when the client has left or a request is refused.
      call.emit('error', { code: status.UNIMPLEMENTED, details: 'Follow is not written yet' });
    },
  };
}
