import { credentials } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createAsyncClient } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export async function askInTurn(address: string, questions: string[]): Promise<string[]> {
  const client = createAsyncClient(StreamingService, address, credentials.createInsecure());
  const answers: string[] = [];
  let answered = Promise.withResolvers<void>();
  async function* ask() {
    for (const content of questions) {
      yield { content, sender: 'client' };
      await answered.promise;
      answered = Promise.withResolvers();
    }
  }
  try {
    for await (const { content } of client.bidirectionalStreaming(ask())) {
      answers.push(content);
      answered.resolve();
    }
    return answers;
  } finally {
    client.close();
  }
}

export async function talk(
  address: string,
  contents: string[],
  onMessage: (message: Message) => void,
): Promise<void> {
  const client = createAsyncClient(StreamingService, address, credentials.createInsecure());
  const requests = contents.map((content) => ({ content, sender: 'client' }));
  try {
    for await (const message of client.bidirectionalStreaming(requests)) onMessage(message);
  } finally {
    client.close();
  }
}

export async function stay(
  address: string,
  world: World,
  onMessage: (message: Message) => void,
): Promise<void> {
  const client = createAsyncClient(StreamingService, address, credentials.createInsecure());
  const over = new AbortController();
  async function* ping() {
    try {
      for (;;) {
        await world.clock.sleep(30_000, { signal: over.signal });
        yield { content: 'ping', sender: 'client' };
      }
    } catch {
      // The call is over.
    }
  }
  try {
    for await (const message of client.bidirectionalStreaming(ping())) onMessage(message);
  } finally {
    over.abort();
    client.close();
  }
}
