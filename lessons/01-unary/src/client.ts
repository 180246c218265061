import { credentials } from '@grpc/grpc-js';
import { createClient } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** A message to send: who says what. */
export interface Note {
  sender: string;
  content: string;
}

/**
 * Sends each note with a call of its own and resolves with the answers, in the order of the notes; rejects with the
 * error of a call that failed. No call takes longer than `timeoutMs`.
 */
export async function sendAll(address: string, notes: Note[], timeoutMs: number): Promise<Message[]> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  // TODO: Make a promise of `client.unaryCall(note, options, callback)` for each note.
  //   However the calls end, tell the caller the truth.

  // TODO: Leave nothing open when you are done.
  return [];
}
