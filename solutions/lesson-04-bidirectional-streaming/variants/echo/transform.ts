import { Transform, type Writable } from 'node:stream';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export function handlers(): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'> {
  return {
    bidirectionalStreaming: (call) => {
      const echo = new Transform({
        objectMode: true,
        transform: ({ content }, _encoding, done) =>
          done(null, { content: `Echo: ${content}`, sender: 'server' }),
      });
      call.pipe(echo).pipe(call as unknown as Writable);
    },
  };
}
