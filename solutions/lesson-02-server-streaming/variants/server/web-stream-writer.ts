import { Writable } from 'node:stream';
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
      const writer = Writable.toWeb(call as unknown as Writable).getWriter();
      writer.closed.catch(() => {});
      const over = new AbortController();
      let isSent = false;
      call.on('cancelled', () => over.abort());
      const send = async (): Promise<void> => {
        let remaining = maxMessages || 10;
        for await (const { index } of world.source.open(topic, { signal: over.signal })) {
          const content = `Message ${index} for topic ${topic}`;
          await Promise.race([
            writer.write({ content, timestamp: BigInt(world.clock.now()), sender: 'server' }),
            aborted(over.signal),
          ]);
          if (--remaining === 0) break;
        }
        isSent = true;
        await writer.close();
      };
      send().then(
        () => report('completed'),
        (error: unknown) => {
          if (isSent || over.signal.aborted) return report('aborted');
          call.emit('error', toStatus(error));
          report('failed');
        },
      );
    },
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );
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
