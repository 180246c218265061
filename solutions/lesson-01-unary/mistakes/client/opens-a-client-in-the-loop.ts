// misconception: L1-15
// fails: uses one connection for all calls and closes it, also after a failure
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
  const answers: Message[] = [];
  for (const note of notes) {
    const client = createClient(StreamingService, address, credentials.createInsecure());
    const answer = new Promise<Message>((resolve, reject) => {
      client.unaryCall(note, { deadline: Date.now() + timeoutMs }, (error, message) => {
        if (error) reject(error);
        else resolve(message as Message);
      });
    });
    answers.push(await answer.finally(() => client.close()));
  }
  return answers;
}
