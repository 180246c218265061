// misconception: L3-10
// fails: stops the call when its source fails, and rejects with that failure
import { credentials } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient } from '@streamlings/grpc';
import { StreamingService, type StreamResponse } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export async function sendAll(address: string, topic: string, world: World): Promise<StreamResponse> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  const over = new AbortController();
  try {
    return await new Promise((resolve, reject) => {
      const call = client.clientStreaming((error, answer) => {
        if (error) reject(error);
        else resolve(answer as StreamResponse);
        over.abort();
      });
      const send = async () => {
        for await (const { index } of world.source.open(topic, { signal: over.signal })) {
          call.write({ content: `Item ${index} about ${topic}`, sender: 'client' });
        }
        call.end();
      };
      send().catch((error) => {
        call.cancel();
      });
    });
  } finally {
    client.close();
  }
}
