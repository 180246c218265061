// misconception: L3-05
// fails: keeps each message as it arrives, long before the half-close
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
    clientStreaming: async (call, callback) => {
      let count = 0;
      let length = 0;
      try {
        const messages = await call.toArray();
        for (const [at, { content, sender }] of messages.entries()) {
          if (content === '') {
            report({ position: at + 1, reason: 'empty' });
            continue;
          }
          try {
            await world.store.put(`${sender}/${content}`, content);
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
            report({ position: at + 1, reason: 'duplicate' });
            continue;
          }
          count++;
          length += content.length;
        }
        callback(null, summary(count, length));
      } catch {
        callback({ code: status.INTERNAL, details: 'the messages cannot be kept' });
      }
    },
  };
}

function summary(count: number, length: number) {
  return { messagesProcessed: count, status: `Processed ${count} messages, total length: ${length}` };
}
