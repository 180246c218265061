// misconception: L3-08
// fails: ends the call with a status when the store fails, and nothing after it
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export function handlers(
  world: World,
): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'> {
  return {
    bidirectionalStreaming: async (call) => {
      for await (const { sender, content } of call.iterator({ destroyOnReturn: false })) {
        if (content === '') call.write({ content: 'ERROR: Empty message content', sender: 'server' });
        else {
          await world.store.put(`${sender}/${content}`, content);
          call.write({ content: `Processed: ${content}`, sender: 'server' });
        }
      }
      call.end();
    },
  };
}
