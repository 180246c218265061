import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

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
      let busy = false;
      let hasEnded = false;
      const answer = () => {
        const text = `Processed ${count} messages, total length: ${length}`;
        callback(null, { messagesProcessed: count, status: text });
      };
      const keep = async ({ content, sender }: Message) => {
        position++;
        if (content === '') return report({ position, reason: 'empty' });
        try {
          await world.store.put(`${sender}/${content}`, content);
          count++;
          length += content.length;
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
          report({ position, reason: 'duplicate' });
        }
      };
      const work = async () => {
        if (busy) return;
        busy = true;
        try {
          for (let message = call.read(); message !== null; message = call.read()) await keep(message);
          busy = false;
          if (hasEnded) answer();
        } catch {
          // `busy` stays: whatever arrives now is too late.
          callback({ code: status.INTERNAL, details: 'the messages cannot be kept' });
        }
      };
      call.on('readable', work);
      once(call, 'end').then(
        () => {
          hasEnded = true;
          if (!busy) answer();
        },
        () => {},
      );
    },
  };
}
