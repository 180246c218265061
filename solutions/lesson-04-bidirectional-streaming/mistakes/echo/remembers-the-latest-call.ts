// misconception: L3-14
// fails: keeps two conversations apart
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

type Handlers = Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'>;

let latest: Parameters<Handlers['bidirectionalStreaming']>[0];

export function handlers(): Handlers {
  return {
    bidirectionalStreaming: (call) => {
      latest = call;
      call.on('data', ({ content }) => latest.write({ content: `Echo: ${content}`, sender: 'server' }));
      call.on('end', () => call.end());
    },
  };
}
