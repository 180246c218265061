// misconception: L1-08
// fails: gives every call a deadline
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
  const send = (note: Note): Promise<Message> =>
    new Promise((resolve, reject) => {
      const options = { deadline: Date.now() + 1000 };
      client.unaryCall(note, options, (error, answer) => {
        if (error) reject(error);
        else resolve(answer as Message);
      });
    });
  try {
    return await Promise.all(notes.map(send));
  } finally {
    client.close();
  }
}
