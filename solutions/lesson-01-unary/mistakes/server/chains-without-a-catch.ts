// misconception: L1-03
// fails: answers a failing store with the status that fits, and tells nothing of its insides
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** Answers `UnaryCall` and keeps the messages in `world.store`, under the keys `{sender}/{content}`. */
export function handlers(world: World): Pick<ServiceHandlers<typeof StreamingService>, 'unaryCall'> {
  return {
    unaryCall: (call, callback) => {
      const { sender, content, ttlSeconds } = call.request;
      if (content === '' || sender === '') {
        callback({ code: status.INVALID_ARGUMENT, details: 'content and sender must not be empty' });
        return;
      }
      const kept = ttlSeconds === 0 ? Promise.resolve() : world.store.put(`${sender}/${content}`, content);
      kept.then(() => {
        callback(null, {
          content: `Echo: ${content}`,
          sender: 'server',
          timestamp: BigInt(world.clock.now()),
        });
      });
    },
  };
}
