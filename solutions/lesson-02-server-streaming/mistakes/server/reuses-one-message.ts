// misconception: L2-14
// fails: sends the messages asked for, in order, and ends with OK
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export type Ending = 'completed' | 'failed' | 'aborted';

export function handlers(
  world: World,
  report: (ending: Ending) => void,
): Pick<ServiceHandlers<typeof StreamingService>, 'serverStreaming'> {
  return {
    serverStreaming: async (call) => {
      const { topic, maxMessages } = call.request;
      if (topic === '' || maxMessages < 0) {
        call.emit('error', {
          code: status.INVALID_ARGUMENT,
          details: 'topic is empty or max_messages negative',
        });
        return;
      }
      const limit = maxMessages || 10;
      const over = new AbortController();
      call.on('cancelled', () => over.abort());
      const message = { content: '', timestamp: 0n, sender: 'server' };
      try {
        for await (const { index } of world.source.open(topic, { signal: over.signal })) {
          message.content = `Message ${index} for topic ${topic}`;
          message.timestamp = BigInt(world.clock.now());
          call.write(message);
          if (index === limit) break;
        }
        call.end();
        report('completed');
      } catch (error) {
        if (over.signal.aborted) return report('aborted');
        call.emit('error', toStatus(error));
        report('failed');
      }
    },
  };
}

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
