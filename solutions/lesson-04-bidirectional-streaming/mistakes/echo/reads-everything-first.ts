// misconception: L4-02
// fails: answers each message before the next one is sent
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export function handlers(): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'> {
  return {
    bidirectionalStreaming: (call) => {
      const contents: string[] = [];
      call.on('data', ({ content }) => contents.push(content));
      call.on('end', () => {
        for (const content of contents) call.write({ content: `Echo: ${content}`, sender: 'server' });
        call.end();
      });
    },
  };
}
