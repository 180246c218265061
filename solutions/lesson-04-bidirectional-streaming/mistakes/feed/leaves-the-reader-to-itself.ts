// misconception: L4-14
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
      call.on('cancelled', stopListening);
      const read = async () => {
        for await (const { change } of call.iterator({ destroyOnReturn: false })) {
          if (!change.value) throw new Error('the request changes nothing');
          if (change.case === 'follow') topics.add(change.value);
          else topics.delete(change.value);
        }
      };
      void read();
    },
  };
}
