import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { credentials } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export interface Wanted {
  topic: string;
  maxMessages: number;
}

function connect(address: string) {
  return createClient(StreamingService, address, credentials.createInsecure());
}

export async function readAll(address: string, wanted: Wanted): Promise<Message[]> {
  const client = connect(address);
  try {
    return await pipeline(client.serverStreaming(wanted), (messages: AsyncIterable<Message>) =>
      Array.fromAsync(messages),
    );
  } finally {
    client.close();
  }
}

export async function take(address: string, wanted: Wanted, count: number): Promise<Message[]> {
  const client = connect(address);
  const call = client.serverStreaming(wanted);
  call.on('error', () => {});
  const reader = Readable.toWeb(call).getReader() as ReadableStreamDefaultReader<Message>;
  const messages: Message[] = [];
  try {
    while (messages.length < count) {
      const { done, value } = await reader.read();
      if (done) break;
      messages.push(value);
    }
    return messages;
  } finally {
    call.cancel();
    client.close();
  }
}

export async function watch(
  address: string,
  wanted: Wanted,
  idleTimeoutMs: number,
  { clock }: World,
  onMessage: (message: Message) => void,
): Promise<'ended' | 'idle'> {
  const client = connect(address);
  const call = client.serverStreaming(wanted);
  let isHeard = false;
  let isIdle = false;
  const stop = clock.every(idleTimeoutMs, () => {
    if (!isHeard) {
      isIdle = true;
      call.cancel();
    }
    isHeard = false;
  });
  const sink = new Writable({
    objectMode: true,
    write: (message: Message, _encoding, done) => {
      isHeard = true;
      onMessage(message);
      done();
    },
  });
  try {
    await pipeline(call, sink);
    return 'ended';
  } catch (error) {
    if (isIdle) return 'idle';
    throw error;
  } finally {
    stop();
    client.close();
  }
}
