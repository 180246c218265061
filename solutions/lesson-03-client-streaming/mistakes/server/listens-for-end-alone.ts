// misconception: L3-02
// fails: answers a finished upload with its totals, be it empty
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export interface Skipped {
  position: number;
  reason: 'empty' | 'duplicate';
}

export function handlers(
  world: World,
  report: (skipped: Skipped) => void,
): Pick<ServiceHandlers<typeof StreamingService>, 'clientStreaming'> {
  return {
    clientStreaming: (call, callback) => {
      const count = 0;
      const length = 0;
      call.on('end', () => callback(null, summary(count, length)));
    },
  };
}

function summary(count: number, length: number) {
  return { messagesProcessed: count, status: `Processed ${count} messages, total length: ${length}` };
}
