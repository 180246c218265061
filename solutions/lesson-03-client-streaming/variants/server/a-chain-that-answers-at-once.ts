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
      let chain = Promise.resolve();
      let answered = false;
      const answer: typeof callback = (...args) => {
        if (!answered) callback(...args);
        answered = true;
      };
      call.on('data', ({ content, sender }) => {
        const at = ++position;
        chain = chain
          .then(() => {
            if (answered) return;
            if (content === '') return report({ position: at, reason: 'empty' });
            return world.store.put(`${sender}/${content}`, content).then(
              () => {
                count++;
                length += content.length;
              },
              (error: NodeJS.ErrnoException) => {
                if (error.code !== 'EEXIST') throw error;
                report({ position: at, reason: 'duplicate' });
              },
            );
          })
          .catch(() => answer({ code: status.INTERNAL, details: 'the messages cannot be kept' }));
      });
      call.on('end', () => {
        chain.then(() => answer(null, summary(count, length)));
      });
    },
  };
}

function summary(count: number, length: number) {
  return { messagesProcessed: count, status: `Processed ${count} messages, total length: ${length}` };
}
