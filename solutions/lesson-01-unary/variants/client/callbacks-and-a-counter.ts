import { credentials } from '@grpc/grpc-js';
import { createClient } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** A message to send: who says what. */
export interface Note {
  sender: string;
  content: string;
}

/** Counts the answers down. */
export function sendAll(address: string, notes: Note[], timeoutMs: number): Promise<Message[]> {
  return new Promise((resolve, reject) => {
    const client = createClient(StreamingService, address, credentials.createInsecure());
    const answers: Message[] = [];
    let left = notes.length;
    const finish = (error?: Error) => {
      client.close();
      if (error) reject(error);
      else resolve(answers);
    };
    if (left === 0) return finish();
    notes.forEach((note, index) => {
      client.unaryCall(note, { deadline: Date.now() + timeoutMs }, (error, answer) => {
        if (error) return finish(error);
        answers[index] = answer as Message;
        if (--left === 0) finish();
      });
    });
  });
}
