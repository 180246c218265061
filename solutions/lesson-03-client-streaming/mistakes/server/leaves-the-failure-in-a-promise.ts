// misconception: L3-08
// fails: answers INTERNAL once when the store breaks
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
        const at = ++position;
        if (content === '') return report({ position: at, reason: 'empty' });
        pending.push(keep(at, sender, content));
      });
      call.on('end', async () => {
        await Promise.all(pending);
        callback(null, summary(count, length));
      });
    },
  };
}

function summary(count: number, length: number) {
  return { messagesProcessed: count, status: `Processed ${count} messages, total length: ${length}` };
}
