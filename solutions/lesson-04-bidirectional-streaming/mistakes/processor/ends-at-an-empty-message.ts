// misconception: L2-08
// fails: answers in the order of the messages and goes on after an empty one
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
        for await (const { sender, content } of call.iterator({ destroyOnReturn: false })) {
          if (content === '') {
            call.write({ content: 'ERROR: Empty message content', sender: 'server' });
            return call.end();
          } else {
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
