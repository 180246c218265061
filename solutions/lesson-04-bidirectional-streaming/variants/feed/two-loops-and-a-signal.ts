import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { FeedService } from '@streamlings/proto/streamlings/feed/v1/feed';

export function handlers(world: World): ServiceHandlers<typeof FeedService> {
  return {
    follow: async (call) => {
      const topics = new Set<string>();
      const over = new AbortController();
      call.on('cancelled', () => over.abort());
      const stopListening = world.bus.subscribe(({ topic, text }) => {
        if (topics.has(topic) && !over.signal.aborted) call.write({ topic, text });
      });
      over.signal.addEventListener('abort', stopListening);
      try {
        for await (const { change } of call.iterator({ destroyOnReturn: false })) {
          if (!change.value) throw new Error('the request changes nothing');
          if (change.case === 'follow') topics.add(change.value);
          else topics.delete(change.value);
        }
      } catch (error) {
        over.abort();
        call.emit('error', { code: status.INVALID_ARGUMENT, details: (error as Error).message });
      }
    },
  };
}
