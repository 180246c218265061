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
      let isOver = false;
      const process = async (sender: string, content: string) => {
        if (isOver) return;
        if (content !== '') await world.store.put(`${sender}/${content}`, content);
        const answer = content === '' ? 'ERROR: Empty message content' : `Processed: ${content}`;
        call.write({ content: answer, sender: 'server' });
      };
      const fail = (error: unknown) => {
        isOver = true;
        call.emit('error', toStatus(error));
      };
      call.on('data', ({ sender, content }) => {
        work = work.then(() => process(sender, content)).catch(fail);
      });
      call.on('end', () => {
        void work.then(() => {
          if (!isOver) call.end();
        });
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
