import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** Answers `BidirectionalStreaming`: keeps each message in `world.store` before it answers it. */
export function handlers(
  world: World,
): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'> {
  return {
    bidirectionalStreaming: async (call) => {
      try {
        // One message after the other: async listeners would run side by side, and the fast ones answer first.
        // Without the option, leaving the loop destroys the call, and with it the way for the status.
        for await (const { sender, content } of call.iterator({ destroyOnReturn: false })) {
          // The stream goes on, so this is an answer and no status.
          if (content === '') call.write({ content: 'ERROR: Empty message content', sender: 'server' });
          else {
            await world.store.put(`${sender}/${content}`, content);
            call.write({ content: `Processed: ${content}`, sender: 'server' });
          }
        }
        call.end();
      } catch (error) {
        // Nobody catches for an async handler. The store's own words stay here.
        const isFull = (error as { code?: unknown }).code === 'EDQUOT';
        const code = isFull ? status.RESOURCE_EXHAUSTED : status.INTERNAL;
        call.emit('error', { code, details: 'the message could not be kept' });
      }
    },
  };
}
