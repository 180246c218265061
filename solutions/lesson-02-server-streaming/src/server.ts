import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** How a call ended, as far as the server knows: all sent, given up with an error status, or left by the client. */
export type Ending = 'completed' | 'failed' | 'aborted';

const DEFAULT_MESSAGES = 10;

/** Answers `ServerStreaming` from `world.source`, and reports how each accepted call ended. */
export function handlers(
  world: World,
  report: (ending: Ending) => void,
): Pick<ServiceHandlers<typeof StreamingService>, 'serverStreaming'> {
  return {
    serverStreaming: async (call) => {
      const { topic, maxMessages } = call.request;
      if (topic === '' || maxMessages < 0) {
        // Without the `return`, the handler would go on and write to a call that has had its status.
        call.emit('error', {
          code: status.INVALID_ARGUMENT,
          details: 'topic is empty or max_messages negative',
        });
        return;
      }
      const limit = maxMessages || DEFAULT_MESSAGES;
      // A `break` on `call.cancelled` would be read only when the next item comes; a signal also ends the wait for it.
      const over = new AbortController();
      call.on('cancelled', () => over.abort());
      try {
        for await (const { index } of world.source.open(topic, { signal: over.signal })) {
          // A new object each time: `write` keeps a reference and may serialise it long after it has returned.
          call.write({
            content: `Message ${index} for topic ${topic}`,
            timestamp: BigInt(world.clock.now()),
            sender: 'server',
          });
          if (index === limit) break;
        }
        call.end();
        report('completed');
      } catch (error) {
        // `cancelled` fires after every call, also after this one's OK; only before it did the client leave.
        if (over.signal.aborted) return report('aborted');
        // `end()` would say OK to half a list, and `destroy(error)` would leave nothing to send the status with.
        call.emit('error', toStatus(error));
        report('failed');
      }
    },
  };
}

/** Maps a failure of the source; the text is the server's own, since the failure's may name paths and hosts. */
function toStatus(error: unknown): { code: status; details: string } {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return { code: status.NOT_FOUND, details: 'there is no such topic' };
    case 'EACCES':
      return { code: status.PERMISSION_DENIED, details: 'the topic is not open to you' };
    default:
      return { code: status.INTERNAL, details: 'the messages cannot be read' };
  }
}
