// misconception: L4-14
// fails: stops listening when the client has left
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { FeedService } from '@streamlings/proto/streamlings/feed/v1/feed';

/** Answers `Follow` with the events of `world.bus`. */
export function handlers(world: World): ServiceHandlers<typeof FeedService> {
  return {
    follow: (call) => {
      const topics = new Set<string>();
      const stopListening = world.bus.subscribe(({ topic, text }) => {
        if (topics.has(topic)) call.write({ topic, text });
      });

      call.on('data', ({ change }) => {
        if (!change.value) {
          // `cancelled` comes later, and until then an update could follow the status.
          stopListening();
          call.pause();
          call.emit('error', { code: status.INVALID_ARGUMENT, details: 'the request changes nothing' });
        } else if (change.case === 'follow') topics.add(change.value);
        else topics.delete(change.value);
      });
      // No `end` listener: a half-close says that no more requests come. The updates are not over.
    },
  };
}
