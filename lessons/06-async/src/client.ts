import { type Client, createClient } from '@connectrpc/connect';
import { createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import type { World } from '@streamlings/grading';
import type { Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** A client of `StreamingService`, and what it holds. */
export interface Dialed {
  client: Client<typeof StreamingService>;
  /** Closes the connection. */
  close(): void;
}

/** Makes a client that speaks gRPC to the server at `address`, for example `127.0.0.1:50051`. */
export function dial(address: string): Dialed {
  // TODO: Make one transport that speaks gRPC, a client on it, and a way to close its connection.
  const baseUrl = `http://${address}`;
  throw new Error(`there is no connection to ${baseUrl} yet`);
}

/**
 * Notes the topic under its name in `world.store`, with any value, and resolves with the first `count` messages about it.
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
  // TODO: Read, and tell the server when you have what you want. Tell a caller that aborts from a call that fails.
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
  // TODO: Have several calls under way, here and in `converse` several loops: one that fails stops the others.
  return results;
}

/**
 * Sends the items of `world.source` about a topic with one `BidirectionalStreaming` call, `Item {index} about {topic}`,
 * and resolves with the replies.
 */
export async function converse({ client }: Dialed, topic: string, world: World): Promise<string[]> {
  const replies: string[] = [];
  return replies;
}
