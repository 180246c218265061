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
      // A deadline is a moment, and each call has its own: `{ deadline: timeoutMs }` would have passed in 1970.
      const options = { deadline: Date.now() + timeoutMs };
      client.unaryCall(note, options, (error, answer) => {
        // The error itself, and not a new one of its text: it carries the code that the caller decides by.
        if (error) reject(error);
        else resolve(answer as Message);
      });
    });
  try {
    // One channel carries all calls at once, and `Promise.all` keeps the order of the notes.
    return await Promise.all(notes.map(send));
  } finally {
    // Behind `return` alone it would stay open after a failure.
    client.close();
  }
}
