import { once } from 'node:events';
import { type ClientReadableStream, credentials } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export interface Wanted {
  topic: string;
  maxMessages: number;
}

type Call = ClientReadableStream<Message>;

function open(address: string, wanted: Wanted): { call: Call; close: () => void } {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  const call = client.serverStreaming(wanted);
  const close = (): void => {
    call.on('error', () => {});
    call.cancel();
    client.close();
  };
  return { call, close };
}

/** Reads until `wants` says no; resolves with false if the stream ended before. */
function pull(call: Call, wants: (message: Message) => boolean): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const read = (): void => {
      for (let message: Message | null = call.read(); message !== null; message = call.read()) {
        if (wants(message)) continue;
        call.off('readable', read);
        resolve(true);
        return;
      }
    };
    call.on('readable', read);
    call.once('end', () => resolve(false));
    call.once('error', reject);
  });
}

export async function readAll(address: string, wanted: Wanted): Promise<Message[]> {
  const { call, close } = open(address, wanted);
  const messages: Message[] = [];
  try {
    const whole = once(call, 'status');
    whole.catch(() => {});
    await pull(call, (message) => messages.push(message) > 0);
    await whole;
    return messages;
  } finally {
    close();
  }
}

export async function take(address: string, wanted: Wanted, count: number): Promise<Message[]> {
  const { call, close } = open(address, wanted);
  const messages: Message[] = [];
  try {
    await pull(call, (message) => messages.push(message) < count);
    return messages;
  } finally {
    close();
  }
}

export async function watch(
  address: string,
  wanted: Wanted,
  idleTimeoutMs: number,
  { clock }: World,
  onMessage: (message: Message) => void,
): Promise<'ended' | 'idle'> {
  const { call, close } = open(address, wanted);
  const silent = Promise.withResolvers<'idle'>();
  let lastMs = clock.now();
  const stop = clock.every(idleTimeoutMs / 10, () => {
    if (clock.now() - lastMs >= idleTimeoutMs) silent.resolve('idle');
  });
  try {
    const ended = pull(call, (message) => {
      lastMs = clock.now();
      onMessage(message);
      return true;
    });
    return await Promise.race([ended.then(() => 'ended' as const), silent.promise]);
  } finally {
    stop();
    close();
  }
}
