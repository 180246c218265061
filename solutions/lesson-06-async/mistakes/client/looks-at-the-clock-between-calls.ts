// misconception: L1-08
// fails: cancels the others when one fails or the time is over
import { type Client, Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import type { World } from '@streamlings/grading';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** A client of `StreamingService`, and what it holds. */
export interface Dialed {
  client: Client<typeof StreamingService>;
  /** Closes the connection. */
  close(): void;
}

/** Makes a client that speaks gRPC to the server at `address`, for example `127.0.0.1:50051`. */
export function dial(address: string): Dialed {
  const baseUrl = `http://${address}`;
  const sessionManager = new Http2SessionManager(baseUrl);
  const client = createClient(StreamingService, createGrpcTransport({ baseUrl, sessionManager }));
  return { client, close: () => sessionManager.abort() };
}

/**
 * Notes the topic under its name in `world.store`, and resolves with the first `count` messages about it.
 *
 * Resolves with fewer when the stream ends, or when `signal` aborts. Rejects when the call fails.
 */
export async function take(
  { client }: Dialed,
  topic: string,
  count: number,
  world: World,
  signal: AbortSignal,
): Promise<Message[]> {
  const messages: Message[] = [];
  await world.store.put(topic, 'taken');
  const done = new AbortController();
  try {
    const stop = AbortSignal.any([signal, done.signal]);
    for await (const message of client.serverStreaming({ topic }, { signal: stop })) {
      if (messages.push(message) === count) break;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    done.abort();
  }
  return messages;
}

/**
 * Resolves with all messages about each topic, in the order of the topics.
 *
 * Has at most `limit` calls under way. When one fails or `timeoutMs` are over, it cancels the others and rejects.
 */
export async function gather(
  { client }: Dialed,
  topics: string[],
  { limit, timeoutMs }: { limit: number; timeoutMs: number },
): Promise<Message[][]> {
  const results: Message[][] = [];
  const endMs = Date.now() + timeoutMs;
  const stop = new AbortController();
  const queue = topics.entries();
  const loops = Array.from({ length: limit }, async () => {
    for (const [index, topic] of queue) {
      if (Date.now() >= endMs) throw new ConnectError('the time is over', Code.DeadlineExceeded);
      const options = { signal: stop.signal, timeoutMs };
      results[index] = await Array.fromAsync(client.serverStreaming({ topic }, options));
    }
  });
  await Promise.all(loops).finally(() => {
    stop.abort();
    return Promise.allSettled(loops);
  });
  return results;
}

/**
 * Sends the items of `world.source` about a topic with one `BidirectionalStreaming` call, `Item {index} about {topic}`,
 * and resolves with the replies.
 */
export async function converse({ client }: Dialed, topic: string, world: World): Promise<string[]> {
  const replies: string[] = [];
  const stop = new AbortController();
  async function* requests() {
    for await (const { index } of world.source.open(topic, { signal: stop.signal })) {
      yield { content: `Item ${index} about ${topic}` };
    }
  }
  try {
    const stream = client.bidirectionalStreaming(requests(), { signal: stop.signal });
    for await (const { content } of stream) replies.push(content);
  } finally {
    stop.abort();
  }
  return replies;
}
