// misconception: L4-01
// fails: goes on after the half-close
// nodes: 22, 26
// because: on Node 24.21 the loop leaves the writable half alone
// state: environment
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { FeedService } from '@streamlings/proto/streamlings/feed/v1/feed';

export function handlers(world: World): ServiceHandlers<typeof FeedService> {
  return {
    follow: async (call) => {
      const topics = new Set<string>();
      const stopListening = world.bus.subscribe(({ topic, text }) => {
        if (topics.has(topic)) call.write({ topic, text });
      });
      call.on('cancelled', stopListening);
      try {
        for await (const { change } of call) {
          if (!change.value) {
            stopListening();
            call.emit('error', { code: status.INVALID_ARGUMENT, details: 'the request changes nothing' });
            return;
          }
          if (change.case === 'follow') topics.add(change.value);
          else topics.delete(change.value);
        }
      } catch {
        // The client has left.
      }
    },
  };
}
