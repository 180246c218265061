import { credentials } from '@grpc/grpc-js';
import type { SourceItem, World } from '@streamlings/grading';
import { createClient, type ServiceClient } from '@streamlings/grpc';
import { StreamingService, type StreamResponse } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/**
 * Sends the items of `world.source` about a topic with one `ClientStreaming` call and resolves with the answer.
 *
 * Item `{index}` becomes a message with the content `Item {index} about {topic}` and the sender `client`. Rejects with
 * the error of the call, or with that of the source if it is the source that fails.
 */
export async function sendAll(address: string, topic: string, world: World): Promise<StreamResponse> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  const over = new AbortController();
  try {
    return await new Promise((resolve, reject) => {
      const call = client.clientStreaming((error, answer) => {
        if (error) reject(error);
        else resolve(answer as StreamResponse);
        // The answer may come early, while the source is waiting: a flag in the loop would be read with the next item.
        over.abort();
      });
      send(call, topic, world.source.open(topic, { signal: over.signal })).catch((error: unknown) => {
        // Rejecting first keeps the cause, which the CANCELLED that comes back would hide; after an answer it does
        // nothing. Without the cancel, the server would wait for the rest; `end()` would tell it that this was all.
        reject(error);
        call.cancel();
      });
    });
  } finally {
    client.close();
  }
}

type Call = ReturnType<ServiceClient<typeof StreamingService>['clientStreaming']>;

async function send(call: Call, topic: string, items: AsyncIterable<SourceItem>): Promise<void> {
  for await (const { index } of items)
    call.write({ content: `Item ${index} about ${topic}`, sender: 'client' });
  // The answer waits for this half-close. It stands behind the loop, where no write can come after it.
  call.end();
}
