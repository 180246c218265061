import { promisify } from 'node:util';
import { type CallOptions, credentials } from '@grpc/grpc-js';
import { createClient } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** A message to send: who says what. */
export interface Note {
  sender: string;
  content: string;
}

type Send = (note: Note, options: CallOptions) => Promise<Message>;

/** Takes the promise from `promisify`; the method needs its client as `this`. */
export async function sendAll(address: string, notes: Note[], timeoutMs: number): Promise<Message[]> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  const send = promisify(client.unaryCall.bind(client)) as unknown as Send;
  return Promise.all(notes.map((note) => send(note, { deadline: Date.now() + timeoutMs }))).finally(() =>
    client.close(),
  );
}
