// misconception: L1-15
// fails: closes its connection, whichever way the call ended
import { credentials } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient } from '@streamlings/grpc';
import { StreamingService, type StreamResponse } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export async function sendAll(address: string, topic: string, world: World): Promise<StreamResponse> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  const over = new AbortController();
  const answer = await new Promise<StreamResponse>((resolve, reject) => {
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
      reject(error);
      call.cancel();
    });
  });
  client.close();
  return answer;
}
