// misconception: L1-03
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
    clientStreaming: async (call, callback) => {
      let position = 0;
      let count = 0;
      let length = 0;
      for await (const { content, sender } of call) {
        position++;
        if (content === '') {
          report({ position, reason: 'empty' });
          continue;
        }
        try {
          await world.store.put(`${sender}/${content}`, content);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
          report({ position, reason: 'duplicate' });
          continue;
        }
        count++;
        length += content.length;
      }
      callback(null, summary(count, length));
    },
  };
}

function summary(count: number, length: number) {
  return { messagesProcessed: count, status: `Processed ${count} messages, total length: ${length}` };
}
