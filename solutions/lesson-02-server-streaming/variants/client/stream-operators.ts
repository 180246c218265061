import { credentials } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export interface Wanted {
  topic: string;
  maxMessages: number;
}

async function using<T>(address: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

type Client = ReturnType<typeof createClient<typeof StreamingService>>;

export function readAll(address: string, wanted: Wanted): Promise<Message[]> {
  return using(address, (client) => client.serverStreaming(wanted).toArray());
}

export function take(address: string, wanted: Wanted, count: number): Promise<Message[]> {
  return using(address, async (client) => {
    const call = client.serverStreaming(wanted);
    call.on('error', () => {});
    try {
      return await call.take(count).toArray();
    } finally {
      call.cancel();
    }
  });
}

export function watch(
  address: string,
  wanted: Wanted,
  idleTimeoutMs: number,
  { clock }: World,
  onMessage: (message: Message) => void,
): Promise<'ended' | 'idle'> {
  return using(address, async (client) => {
    const call = client.serverStreaming(wanted);
    call.on('error', () => {});
    const messages = call[Symbol.asyncIterator]();
    for (;;) {
      const timer = new AbortController();
      const silence = clock.sleep(idleTimeoutMs, { signal: timer.signal }).then(() => 'idle' as const);
      silence.catch(() => {});
      try {
        const next = await Promise.race([messages.next(), silence]);
        if (next === 'idle') {
          call.cancel();
          return 'idle';
        }
        if (next.done) return 'ended';
        onMessage(next.value);
      } finally {
        timer.abort();
      }
    }
  });
}
