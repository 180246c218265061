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
  const messages: Message[] = [];
  try {
    // The loop throws the status. With `on('data')` an `error` listener is a must: without one the process crashes.
    for await (const message of client.serverStreaming(wanted)) messages.push(message);
    return messages;
  } finally {
    client.close();
  }
}

/** Resolves with the first `count` messages, or with all if there are fewer; rejects if the stream fails before. */
export async function take(address: string, wanted: Wanted, count: number): Promise<Message[]> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  const call = client.serverStreaming(wanted);
  const messages: Message[] = [];
  try {
    for await (const message of call) {
      messages.push(message);
      if (messages.length === count) break;
    }
    return messages;
  } finally {
    // `break` ends the reading, not the call: the server would go on sending to nobody. The CANCELLED that comes back
    // finds the `error` listener that the loop has left behind; without a loop it needs one of yours.
    call.cancel();
    client.close();
  }
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
  // A deadline would bound the whole stream, however lively; this bounds the silence.
  const call = client.serverStreaming(wanted);
  let lastMs = world.clock.now();
  let idle = false;
  const stopLooking = world.clock.every(idleTimeoutMs / 4, () => {
    if (world.clock.now() - lastMs < idleTimeoutMs) return;
    idle = true;
    call.cancel();
  });
  try {
    for await (const message of call) {
      lastMs = world.clock.now();
      onMessage(message);
    }
    return 'ended';
  } catch (error) {
    // This CANCELLED is our own doing; any other status is news.
    if (idle) return 'idle';
    throw error;
  } finally {
    stopLooking();
    client.close();
  }
}
