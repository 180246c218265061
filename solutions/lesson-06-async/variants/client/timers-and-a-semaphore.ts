import { type Client, Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import type { World } from '@streamlings/grading';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export interface Dialed {
  client: Client<typeof StreamingService>;
  close(): void;
}

export function dial(address: string): Dialed {
  const baseUrl = `http://${address}`;
  const sessionManager = new Http2SessionManager(baseUrl);
  return {
    client: createClient(StreamingService, createGrpcTransport({ baseUrl, sessionManager })),
    close() {
      sessionManager.abort(new ConnectError('closed', Code.Canceled));
    },
  };
}

/** The note and the call at the same time: the reading begins at once. */
export async function take(
  { client }: Dialed,
  topic: string,
  count: number,
  world: World,
  signal: AbortSignal,
): Promise<Message[]> {
  const enough = new AbortController();
  const read = async () => {
    const messages: Message[] = [];
    const options = { signal: AbortSignal.any([signal, enough.signal]) };
    try {
      for await (const message of client.serverStreaming({ topic }, options)) {
        messages.push(message);
        if (messages.length === count) enough.abort();
      }
    } catch (error) {
      if (!signal.aborted && !enough.signal.aborted) throw error;
    }
    return messages;
  };
  const [messages] = await Promise.all([read(), world.store.put(topic, 'taken')]);
  return messages;
}

/** A semaphore of permits, and a timer that is cleared on every way out. */
export async function gather(
  { client }: Dialed,
  topics: string[],
  { limit, timeoutMs }: { limit: number; timeoutMs: number },
): Promise<Message[][]> {
  const stop = new AbortController();
  const timer = setTimeout(
    () => stop.abort(new ConnectError('out of time', Code.DeadlineExceeded)),
    timeoutMs,
  );
  let permits = limit;
  const waiting: Array<() => void> = [];
  const acquire = async () => {
    if (permits-- <= 0) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const release = () => {
    permits++;
    waiting.shift()?.();
  };
  const one = async (topic: string) => {
    await acquire();
    try {
      stop.signal.throwIfAborted();
      const messages: Message[] = [];
      for await (const message of client.serverStreaming({ topic }, { signal: stop.signal })) {
        messages.push(message);
      }
      return messages;
    } catch (error) {
      stop.abort(error);
      throw error;
    } finally {
      release();
    }
  };
  try {
    const settled = await Promise.allSettled(topics.map(one));
    stop.signal.throwIfAborted();
    return settled.map((result) => (result.status === 'fulfilled' ? result.value : []));
  } finally {
    clearTimeout(timer);
  }
}

/** The generator reports its own failure to the controller. */
export async function converse({ client }: Dialed, topic: string, world: World): Promise<string[]> {
  const stop = new AbortController();
  const items = world.source.open(topic);
  stop.signal.addEventListener('abort', () => void items.return?.());
  async function* requests() {
    try {
      for await (const { index } of items) yield { content: `Item ${index} about ${topic}` };
    } catch (error) {
      stop.abort(error);
      throw error;
    }
  }
  try {
    const stream = client.bidirectionalStreaming(requests(), { signal: stop.signal });
    const replies = await Array.fromAsync(stream);
    return replies.map(({ content }) => content);
  } finally {
    stop.abort();
  }
}
