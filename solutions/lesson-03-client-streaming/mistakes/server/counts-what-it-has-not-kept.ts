// misconception: L3-03
// fails: answers only after the last message is kept
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
      call.on('data', async ({ content, sender }) => {
        const at = ++position;
        if (content === '') {
          report({ position: at, reason: 'empty' });
          return;
        }
        count++;
        length += content.length;
        await world.store.put(`${sender}/${content}`, content).catch(() => {
          report({ position: at, reason: 'duplicate' });
        });
      });
      call.on('end', () => callback(null, summary(count, length)));
    },
  };
}

function summary(count: number, length: number) {
  return { messagesProcessed: count, status: `Processed ${count} messages, total length: ${length}` };
}
