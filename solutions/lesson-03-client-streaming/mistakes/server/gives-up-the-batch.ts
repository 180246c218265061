// misconception: L3-07
// fails: goes on after a message that it cannot keep, and reports it
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
        for await (const { content, sender } of call) {
          if (content === '') throw new Error('a message without content');
          await world.store.put(`${sender}/${content}`, content);
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
