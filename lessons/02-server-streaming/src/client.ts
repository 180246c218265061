import { credentials } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** What to ask the server for. */
export interface Wanted {
  topic: string;
  maxMessages: number;
}

/** Resolves with all messages of a stream that ended with OK; rejects with the status otherwise. */
export async function readAll(address: string, wanted: Wanted): Promise<Message[]> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  // TODO: Read the stream to its end. However it ends, report the truth and close the client.
  client.close();
  return [];
}

/** Resolves with the first `count` messages, or with all if there are fewer; rejects if the stream fails before. */
export async function take(address: string, wanted: Wanted, count: number): Promise<Message[]> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  // TODO: Stop when you have enough: the server must learn that nobody wants the rest.
  client.close();
  return [];
}

/**
 * Hands over each message of a live stream as it arrives. Resolves with `ended` when the server ends the stream with
 * OK, or leaves and resolves with `idle` when `world.clock` has seen no message for `idleTimeoutMs`; rejects if the
 * stream fails.
 */
export async function watch(
  address: string,
  wanted: Wanted,
  idleTimeoutMs: number,
  world: World,
  onMessage: (message: Message) => void,
): Promise<'ended' | 'idle'> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  // TODO: Follow the stream for as long as it lives, be it for days: only silence ends it from your side.
  client.close();
  return 'ended';
}
