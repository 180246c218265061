// misconception: L4-06
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
      let pending = 0;
      let isRead = false;
      let isOver = false;
      const settle = () => {
        if (isRead && pending === 0 && !isOver) call.end();
      };
      call.on('data', async ({ sender, content }) => {
        pending++;
        try {
          if (content === '') call.write({ content: 'ERROR: Empty message content', sender: 'server' });
          else {
            await world.store.put(`${sender}/${content}`, content);
            call.write({ content: `Processed: ${content}`, sender: 'server' });
          }
        } catch (error) {
          if (!isOver) call.emit('error', toStatus(error));
          isOver = true;
        }
        pending--;
        settle();
      });
      call.on('end', () => {
        isRead = true;
        settle();
      });
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
