// misconception: L3-03
// fails: answers a finished upload with its totals, be it empty
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
      call.on('data', ({ content, sender }) => {
        position++;
        if (content === '') {
          report({ position, reason: 'empty' });
          return;
        }
        call.pause();
        world.store.put(`${sender}/${content}`, content).then(
          () => {
            count++;
            length += content.length;
            call.resume();
          },
          (error: NodeJS.ErrnoException) => {
            if (error.code === 'EEXIST') {
              report({ position, reason: 'duplicate' });
              call.resume();
            } else {
              callback({ code: status.INTERNAL, details: 'the messages cannot be kept' });
            }
          },
        );
      });
      call.on('end', () => {
        const status = `Processed ${count} messages, total length: ${length}`;
        callback(null, { messagesProcessed: count, status });
      });
    },
  };
}
