// misconception: L1-15
// fails: closes its connection, whichever way the call ended
import { credentials } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export interface Wanted {
  topic: string;
  maxMessages: number;
}

export async function readAll(address: string, wanted: Wanted): Promise<Message[]> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  const messages: Message[] = [];
  try {
    for await (const message of client.serverStreaming(wanted)) messages.push(message);
    client.close();
    return messages;
  } catch (error) {
    console.error(`the stream failed after ${messages.length} messages`);
    throw error;
  }
}

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
    call.cancel();
    client.close();
  }
}

export async function watch(
  address: string,
  wanted: Wanted,
  idleTimeoutMs: number,
  world: World,
  onMessage: (message: Message) => void,
): Promise<'ended' | 'idle'> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
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
    if (idle) return 'idle';
    throw error;
  } finally {
    stopLooking();
    client.close();
  }
}
