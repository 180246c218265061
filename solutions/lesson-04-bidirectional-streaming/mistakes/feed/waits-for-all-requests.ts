// misconception: L4-02
// fails: sends updates while requests still come
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { FeedService } from '@streamlings/proto/streamlings/feed/v1/feed';

export function handlers(world: World): ServiceHandlers<typeof FeedService> {
  return {
    follow: (call) => {
      const topics = new Set<string>();
      let stopListening = () => {};
      // The one place that stops everything. It fires after every call, whoever has ended it.
      call.on('cancelled', () => stopListening());

      call.on('data', ({ change }) => {
        if (!change.value) {
          // `cancelled` comes later, and until then an update could follow the status.
          stopListening();
          call.pause();
          call.emit('error', { code: status.INVALID_ARGUMENT, details: 'the request changes nothing' });
        } else if (change.case === 'follow') topics.add(change.value);
        else topics.delete(change.value);
      });
      call.on('end', () => {
        stopListening = world.bus.subscribe(({ topic, text }) => {
          if (topics.has(topic)) call.write({ topic, text });
        });
      });
    },
  };
}
