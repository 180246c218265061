import { credentials } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient } from '@streamlings/grpc';
import { StreamingService, type StreamResponse } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export function sendAll(address: string, topic: string, world: World): Promise<StreamResponse> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  const items = world.source.open(topic);
  return new Promise<StreamResponse>((resolve, reject) => {
    let over = false;
    const call = client.clientStreaming((error, answer) => {
      over = true;
      void items.return?.();
      client.close();
      if (error) reject(error);
      else resolve(answer as StreamResponse);
    });
    const next = (): void => {
      items.next().then(
        ({ done, value }) => {
          if (over) return;
          if (done) {
            call.end();
            return;
          }
          call.write({ content: `Item ${value.index} about ${topic}`, sender: 'client' });
          next();
        },
        (error) => {
          if (over) return;
          reject(error);
          call.cancel();
        },
      );
    };
    next();
  });
}
