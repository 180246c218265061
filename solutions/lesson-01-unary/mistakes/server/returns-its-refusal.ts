// misconception: L1-02
// fails: refuses a message without content or sender
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** Answers `UnaryCall` and keeps the messages in `world.store`, under the keys `{sender}/{content}`. */
export function handlers(world: World): Pick<ServiceHandlers<typeof StreamingService>, 'unaryCall'> {
  return {
    unaryCall: async (call, callback) => {
      const { sender, content, ttlSeconds } = call.request;
      if (content === '' || sender === '') {
        return { code: status.INVALID_ARGUMENT, details: 'content and sender must not be empty' };
      }
      try {
        if (ttlSeconds !== 0) await world.store.put(`${sender}/${content}`, content);
        callback(null, {
          content: `Echo: ${content}`,
          sender: 'server',
          timestamp: BigInt(world.clock.now()),
        });
      } catch (error) {
        callback(toStatus(error));
      }
    },
  };
}

/** Maps a failure of the store; the text is the server's own. */
function toStatus(error: unknown): { code: status; details: string } {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EEXIST':
      return { code: status.ALREADY_EXISTS, details: 'this message is kept already' };
    case 'EDQUOT':
      return { code: status.RESOURCE_EXHAUSTED, details: 'there is no room for more messages' };
    case 'EACCES':
      return { code: status.PERMISSION_DENIED, details: 'you may not leave messages here' };
    case 'EBUSY':
      return { code: status.UNAVAILABLE, details: 'the store is busy, try again later' };
    default:
      return { code: status.INTERNAL, details: 'the message could not be kept' };
  }
}
