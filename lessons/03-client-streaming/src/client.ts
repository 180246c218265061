import { credentials } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient } from '@streamlings/grpc';
import { StreamingService, type StreamResponse } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/**
 * Sends the items of `world.source` about a topic with one `ClientStreaming` call and resolves with the answer.
 *
 * Item `{index}` becomes a message with the content `Item {index} about {topic}` and the sender `client`. Rejects with
 * the error of the call, or with that of the source if it is the source that fails.
 */
export async function sendAll(address: string, topic: string, world: World): Promise<StreamResponse> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  // TODO: Send each item the moment it exists, and half-close after the last one.

  // TODO: Stop the call when the source fails, and stop the source when the call is over.
  const response = new Promise<StreamResponse>((resolve, reject) => {
    client
      .clientStreaming((error, answer) => (error ? reject(error) : resolve(answer as StreamResponse)))
      .end();
  });
  return response.finally(() => client.close());
}
