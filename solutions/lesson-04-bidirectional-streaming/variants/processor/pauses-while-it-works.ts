import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export function handlers(
  world: World,
): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'> {
  return {
    bidirectionalStreaming: (call) => {
      let isRead = false;
      let isBusy = false;
      call.on('data', async ({ sender, content }) => {
        call.pause();
        isBusy = true;
        try {
          if (content !== '') await world.store.put(`${sender}/${content}`, content);
        } catch (error) {
          call.emit('error', toStatus(error));
          return;
        }
        const answer = content === '' ? 'ERROR: Empty message content' : `Processed: ${content}`;
        call.write({ content: answer, sender: 'server' });
        isBusy = false;
        if (isRead) call.end();
        else call.resume();
      });
      call.on('end', () => {
        isRead = true;
        if (!isBusy) call.end();
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
