import { credentials } from '@grpc/grpc-js';
import { createAsyncClient } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** A message to send: who says what. */
export interface Note {
  sender: string;
  content: string;
}

/** Leaves promises and closing to the async client. */
export async function sendAll(address: string, notes: Note[], timeoutMs: number): Promise<Message[]> {
  const client = createAsyncClient(StreamingService, address, credentials.createInsecure());
  try {
    return await Promise.all(
      notes.map((note) => client.unaryCall(note, { deadline: Date.now() + timeoutMs })),
    );
  } finally {
    client.close();
  }
}
