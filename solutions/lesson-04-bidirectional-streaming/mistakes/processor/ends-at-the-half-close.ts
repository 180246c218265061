// misconception: L4-04
// fails: answers in the order of the messages and goes on after an empty one
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export function handlers(
  world: World,
): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'> {
  return {
    bidirectionalStreaming: (call) => {
      let work = Promise.resolve();
      call.on('data', ({ sender, content }) => {
        work = work.then(async () => {
          try {
            if (content !== '') await world.store.put(`${sender}/${content}`, content);
            const answer = content === '' ? 'ERROR: Empty message content' : `Processed: ${content}`;
            if (!call.writableEnded) call.write({ content: answer, sender: 'server' });
          } catch (error) {
            call.emit('error', toStatus(error));
          }
        });
      });
      call.on('end', () => call.end());
    },
  };
}

function toStatus(error: unknown) {
  const isFull = (error as { code?: unknown }).code === 'EDQUOT';
  return {
    code: isFull ? status.RESOURCE_EXHAUSTED : status.INTERNAL,
    details: 'the message could not be kept',
  };
}
