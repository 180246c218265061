import { pipeline } from 'node:stream/promises';
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export interface Skipped {
  position: number;
  reason: 'empty' | 'duplicate';
}

export function handlers(
  world: World,
  report: (skipped: Skipped) => void,
): Pick<ServiceHandlers<typeof StreamingService>, 'clientStreaming'> {
  async function fold(messages: AsyncIterable<Message>) {
    let position = 0;
    let count = 0;
    let length = 0;
    for await (const { content, sender } of messages) {
      position++;
      const reason = content === '' ? 'empty' : await keep(`${sender}/${content}`, content);
      if (reason) {
        report({ position, reason });
      } else {
        count++;
        length += content.length;
      }
    }
    return { messagesProcessed: count, status: `Processed ${count} messages, total length: ${length}` };
  }
  function keep(key: string, content: string): Promise<'duplicate' | undefined> {
    return world.store.put(key, content).then(
      () => undefined,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'EEXIST') return 'duplicate';
        throw error;
      },
    );
  }
  return {
    clientStreaming: (call, callback) => {
      pipeline(call, fold).then(
        (answer) => callback(null, answer),
        () => callback({ code: status.INTERNAL, details: 'the messages cannot be kept' }),
      );
    },
  };
}
