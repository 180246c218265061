import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { FeedService } from '@streamlings/proto/streamlings/feed/v1/feed';

export function handlers(world: World): ServiceHandlers<typeof FeedService> {
  return {
    follow: (call) => {
      const listeners = new Map<string, () => void>();
      const stop = () => {
        for (const leave of listeners.values()) leave();
        listeners.clear();
      };
      call.on('cancelled', stop);
      call.on('data', ({ change: { case: what, value } }) => {
        if (!value) {
          stop();
          call.emit('error', { code: status.INVALID_ARGUMENT, details: 'the request changes nothing' });
        } else if (what === 'leave') {
          listeners.get(value)?.();
          listeners.delete(value);
        } else if (!listeners.has(value)) {
          const send = (event: { topic: string; text: string }) => {
            if (event.topic === value) call.write({ topic: value, text: event.text });
          };
          listeners.set(value, world.bus.subscribe(send));
        }
      });
    },
  };
}
