import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** A message that was left out of the totals. */
export interface Skipped {
  /** Its position in the upload, counted from 1. */
  position: number;
  /** `empty` for a message without content, `duplicate` for one that the store had already. */
  reason: 'empty' | 'duplicate';
}

/** Answers `ClientStreaming`: keeps the messages in `world.store`, under the keys `{sender}/{content}`. */
export function handlers(
  world: World,
  report: (skipped: Skipped) => void,
): Pick<ServiceHandlers<typeof StreamingService>, 'clientStreaming'> {
  return {
    clientStreaming: async (call, callback) => {
      // Inside the handler: outside, all uploads would add to the same three numbers.
      let position = 0;
      let messagesProcessed = 0;
      let totalLength = 0;
      try {
        // The loop reads on when the body is done. An async `data` listener is not waited for: `end` would overtake it.
        for await (const { content, sender } of call) {
          position++;
          const reason = content === '' ? 'empty' : await keep(world, `${sender}/${content}`, content);
          if (reason !== 'kept') {
            // One bad message is no reason to lose the others, nor may it vanish: whoever watches hears of it.
            report({ position, reason });
            continue;
          }
          messagesProcessed++;
          totalLength += content.length;
        }
        callback(null, {
          messagesProcessed,
          status: `Processed ${messagesProcessed} messages, total length: ${totalLength}`,
        });
      } catch {
        // Around the whole loop, so that a failure leaves it: answering inside would go on to a second answer.
        callback({ code: status.INTERNAL, details: 'the messages cannot be kept' });
      }
    },
  };
}

async function keep({ store }: World, key: string, content: string): Promise<'kept' | 'duplicate'> {
  try {
    await store.put(key, content);
    return 'kept';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'duplicate';
    throw error;
  }
}
