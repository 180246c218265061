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
      const reader = ReadableStream.from(call).getReader();
      let count = 0;
      let length = 0;
      try {
        for (let position = 1; ; position++) {
          const { done, value } = await reader.read();
          if (done) break;
          const { content, sender } = value;
          if (content === '') {
            report({ position, reason: 'empty' });
            continue;
          }
          const error = await world.store.put(`${sender}/${content}`, content).then(
            () => undefined,
            (reason: NodeJS.ErrnoException) => reason,
          );
          if (!error) {
            count++;
            length += content.length;
          } else if (error.code === 'EEXIST') {
            report({ position, reason: 'duplicate' });
          } else {
            throw error;
          }
        }
      } catch {
        return callback({ code: status.INTERNAL, details: 'the messages cannot be kept' });
      }
      callback(null, summary(count, length));
    },
  };
}

function summary(count: number, length: number) {
  return { messagesProcessed: count, status: `Processed ${count} messages, total length: ${length}` };
}
