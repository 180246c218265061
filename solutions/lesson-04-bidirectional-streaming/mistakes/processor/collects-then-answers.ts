// misconception: L4-02
// fails: keeps a message before it answers it, and each before the next is sent
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export function handlers(
  world: World,
): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'> {
  return {
    bidirectionalStreaming: async (call) => {
      try {
        const messages = [];
        for await (const message of call.iterator({ destroyOnReturn: false })) messages.push(message);
        for (const { sender, content } of messages) {
          if (content === '') call.write({ content: 'ERROR: Empty message content', sender: 'server' });
          else {
            await world.store.put(`${sender}/${content}`, content);
            call.write({ content: `Processed: ${content}`, sender: 'server' });
          }
        }
        call.end();
      } catch (error) {
        call.emit('error', toStatus(error));
      }
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
