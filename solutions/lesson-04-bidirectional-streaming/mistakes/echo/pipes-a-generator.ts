// misconception: L4-01
// fails: ends with OK behind the last answer when the client has half-closed
// nodes: 22, 26
// because: on Node 24.21 the loop leaves the writable half alone
// state: environment
import { Readable, type Writable } from 'node:stream';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export function handlers(): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'> {
  return {
    bidirectionalStreaming: (call) => {
      Readable.from(answer(call)).pipe(call as unknown as Writable);
    },
  };
}

async function* answer(messages: AsyncIterable<{ content: string }>) {
  for await (const { content } of messages) yield { content: `Echo: ${content}`, sender: 'server' };
}
