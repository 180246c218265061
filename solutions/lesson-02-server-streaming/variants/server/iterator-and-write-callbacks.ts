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
    serverStreaming: (call) => {
      const { topic, maxMessages } = call.request;
      if (topic === '' || maxMessages < 0) {
        call.emit('error', {
          code: status.INVALID_ARGUMENT,
          details: 'topic is empty or max_messages negative',
        });
        return;
      }
      const left = { remaining: maxMessages || 10 };
      const items = world.source.open(topic);
      let isDone = false;
      const finish = (ending: Ending): void => {
        if (isDone) return;
        isDone = true;
        void items.return?.();
        report(ending);
      };
      call.on('cancelled', () => finish('aborted'));
      const next = (): void => {
        items.next().then(
          ({ done, value }) => {
            if (isDone) return;
            if (done) {
              call.end();
              return finish('completed');
            }
            const message = {
              content: `Message ${value.index} for topic ${value.topic}`,
              timestamp: BigInt(world.clock.now()),
              sender: 'server',
            };
            call.write(message, () => {
              left.remaining--;
              if (left.remaining > 0) return next();
              call.end();
              finish('completed');
            });
          },
          (error: unknown) => {
            if (isDone) return;
            call.emit('error', toStatus(error));
            finish('failed');
          },
        );
      };
      next();
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
