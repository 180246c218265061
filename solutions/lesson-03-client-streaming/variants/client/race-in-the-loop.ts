import { credentials } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient } from '@streamlings/grpc';
import { StreamingService, type StreamResponse } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export async function sendAll(address: string, topic: string, world: World): Promise<StreamResponse> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  const items = world.source.open(topic);
  let cancel = () => {};
  let end = () => {};
  let write: (index: number) => unknown = () => {};
  const answer = new Promise<StreamResponse>((resolve, reject) => {
    const call = client.clientStreaming((error, response) =>
      error ? reject(error) : resolve(response as StreamResponse),
    );
    cancel = () => call.cancel();
    write = (index) => call.write({ content: `Item ${index} about ${topic}`, sender: 'client' });
    end = () => call.end();
  });
  try {
    for (;;) {
      const next = await Promise.race([items.next(), answer]);
      if (!('value' in next)) return next;
      if (next.done) break;
      write(next.value.index);
    }
    end();
    return await answer;
  } catch (error) {
    answer.catch(() => {});
    cancel();
    throw error;
  } finally {
    void items.return?.();
    client.close();
  }
}
