import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export interface Skipped {
  position: number;
  reason: 'empty' | 'duplicate';
}

export function handlers(
  world: World,
  report: (skipped: Skipped) => void,
): Pick<ServiceHandlers<typeof StreamingService>, 'clientStreaming'> {
  return {
    clientStreaming: (call, callback) => {
      let position = 0;
      let count = 0;
      let length = 0;
      const pending: Promise<void>[] = [];
      const keep = async (at: number, sender: string, content: string) => {
        if (content === '') return report({ position: at, reason: 'empty' });
        try {
          await world.store.put(`${sender}/${content}`, content);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
          return report({ position: at, reason: 'duplicate' });
        }
        count++;
        length += content.length;
      };
      call.on('data', ({ content, sender }) => {
        const kept = keep(++position, sender, content);
        kept.catch(() => {});
        pending.push(kept);
      });
      call.on('end', () => {
        Promise.all(pending).then(
          () => callback(null, summary(count, length)),
          () => callback({ code: status.INTERNAL, details: 'the messages cannot be kept' }),
        );
      });
    },
  };
}

function summary(count: number, length: number) {
  return { messagesProcessed: count, status: `Processed ${count} messages, total length: ${length}` };
}
