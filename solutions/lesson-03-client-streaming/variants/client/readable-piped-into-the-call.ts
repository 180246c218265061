import { Readable, type Writable } from 'node:stream';
import { credentials } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient } from '@streamlings/grpc';
import { StreamingService, type StreamResponse } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export function sendAll(address: string, topic: string, world: World): Promise<StreamResponse> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  const over = new AbortController();
  const messages = Readable.from(world.source.open(topic, { signal: over.signal })).map(({ index }) => ({
    content: `Item ${index} about ${topic}`,
    sender: 'client',
  }));
  return new Promise<StreamResponse>((resolve, reject) => {
    const call = client.clientStreaming((error, answer) => {
      if (error) reject(error);
      else resolve(answer as StreamResponse);
    });
    messages.on('error', (error) => {
      reject(error);
      call.cancel();
    });
    messages.pipe(call as unknown as Writable);
  }).finally(() => {
    over.abort();
    client.close();
  });
}
