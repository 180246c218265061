// misconception: L2-06
// fails: sends each item the moment it exists
import { credentials } from '@grpc/grpc-js';
import type { SourceItem, World } from '@streamlings/grading';
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
        const items: SourceItem[] = [];
        for await (const item of world.source.open(topic, { signal: over.signal })) items.push(item);
        for (const { index } of items)
          call.write({ content: `Item ${index} about ${topic}`, sender: 'client' });
        call.end();
      };
      send().catch((error) => {
        reject(error);
        call.cancel();
      });
    });
  } finally {
    client.close();
  }
}
