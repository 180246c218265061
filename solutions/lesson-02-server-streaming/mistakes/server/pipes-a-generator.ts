// misconception: L2-02
// fails: stops everything when the client leaves
import { Readable, type Writable } from 'node:stream';
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
      const messages = async function* () {
        try {
          for await (const { index } of world.source.open(topic)) {
            yield {
              content: `Message ${index} for topic ${topic}`,
              timestamp: BigInt(world.clock.now()),
              sender: 'server',
            };
            if (index === limit) break;
          }
          report('completed');
        } catch (error) {
          call.emit('error', toStatus(error));
          report('failed');
        }
      };
      call.on('close', () => call.writableFinished || report('aborted'));
      Readable.from(messages()).pipe(call as unknown as Writable);
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
