// misconception: L4-01
// fails: ends with OK behind the last answer when the client has half-closed
// nodes: 22, 26
// because: on Node 24.21 the loop leaves the writable half alone
// state: environment
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export function handlers(): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'> {
  return {
    bidirectionalStreaming: async (call) => {
      for await (const { content } of call) call.write({ content: `Echo: ${content}`, sender: 'server' });
      call.end();
    },
  };
}
