// misconception: L4-11
// fails: sends updates while requests still come
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { FeedService } from '@streamlings/proto/streamlings/feed/v1/feed';

/** Answers `Follow` with the events of `world.bus`. */
export function handlers(world: World): ServiceHandlers<typeof FeedService> {
  const topics = new Set<string>();
  return {
    follow: (call) => {
      const stopListening = world.bus.subscribe(({ topic, text }) => {
        if (topics.has(topic)) call.write({ topic, text });
      });
      call.on('cancelled', stopListening);

      call.on('data', ({ change }) => {
        if (!change.value) {
          stopListening();
          call.pause();
          call.emit('error', { code: status.INVALID_ARGUMENT, details: 'the request changes nothing' });
        } else if (change.case === 'follow') topics.add(change.value);
        else topics.delete(change.value);
      });
    },
  };
}
