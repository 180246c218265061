import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { credentials } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient } from '@streamlings/grpc';
import { StreamingService, type StreamResponse } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export async function sendAll(address: string, topic: string, { source }: World): Promise<StreamResponse> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  const { promise, resolve, reject } = Promise.withResolvers<StreamResponse>();
  const answered = new AbortController();
  const call = client.clientStreaming((error, answer) => {
    if (error) reject(error);
    else resolve(answer as StreamResponse);
    answered.abort();
  });
  const messages = async function* () {
    for await (const { index } of source.open(topic, { signal: answered.signal })) {
      yield { content: `Item ${index} about ${topic}`, sender: 'client' };
    }
  };
  pipeline(messages, call as unknown as Writable).catch((error) => {
    reject(error);
    call.cancel();
  });
  return promise.finally(() => client.close());
}
