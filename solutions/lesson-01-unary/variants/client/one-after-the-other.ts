import { credentials } from '@grpc/grpc-js';
import { createClient } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** A message to send: who says what. */
export interface Note {
  sender: string;
  content: string;
}

/** Sends the notes in turn. */
export async function sendAll(address: string, notes: Note[], timeoutMs: number): Promise<Message[]> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  const answers: Message[] = [];
  try {
    for (const note of notes) {
      const deadline = new Date(Date.now() + timeoutMs);
      const { promise, resolve, reject } = Promise.withResolvers<Message>();
      client.unaryCall(note, { deadline }, (error, answer) =>
        error ? reject(error) : resolve(answer as Message),
      );
      answers.push(await promise);
    }
    return answers;
  } finally {
    client.close();
  }
}
