// misconception: L4-14
// fails: refuses a request that changes nothing, and stops sending with it
import { status } from '@grpc/grpc-js';
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
      call.on('end', () => call.on('cancelled', stopListening));

      call.on('data', ({ change }) => {
        if (!change.value) {
          call.pause();
          call.emit('error', { code: status.INVALID_ARGUMENT, details: 'the request changes nothing' });
        } else if (change.case === 'follow') topics.add(change.value);
        else topics.delete(change.value);
      });
      // No `end` listener: a half-close says that no more requests come. The updates are not over.
    },
  };
}
