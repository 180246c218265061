// misconception: L1-04
// fails: ends the call with a status when the store fails, and nothing after it
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
          if (content === '') call.write({ content: 'ERROR: Empty message content', sender: 'server' });
          else {
            await world.store.put(`${sender}/${content}`, content);
            call.write({ content: `Processed: ${content}`, sender: 'server' });
          }
        }
        call.end();
      } catch (error) {
        const { code, message } = error as { code: string; message: string };
        call.emit('error', {
          code: code === 'EDQUOT' ? status.RESOURCE_EXHAUSTED : status.INTERNAL,
          details: message,
        });
      }
    },
  };
}
