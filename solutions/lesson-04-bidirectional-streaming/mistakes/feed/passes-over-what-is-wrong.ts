// misconception: L2-08
// fails: refuses a request that changes nothing, and stops sending with it
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { FeedService } from '@streamlings/proto/streamlings/feed/v1/feed';

export function handlers(world: World): ServiceHandlers<typeof FeedService> {
  return {
    follow: (call) => {
      const topics = new Set<string>();
      const stopListening = world.bus.subscribe(({ topic, text }) => {
        if (topics.has(topic)) call.write({ topic, text });
      });
      // The one place that stops everything. It fires after every call, whoever has ended it.
      call.on('cancelled', stopListening);

      call.on('data', ({ change }) => {
        if (!change.value) {
          return;
        } else if (change.case === 'follow') topics.add(change.value);
        else topics.delete(change.value);
      });
      // No `end` listener: a half-close says that no more requests come. The updates are not over.
    },
  };
}
