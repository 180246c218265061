import { type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient, type RequestInit } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

type Call = ClientDuplexStream<RequestInit<typeof StreamingService, 'bidirectionalStreaming'>, Message>;

/** Opens a conversation, hands over what comes, and resolves when it has ended well. */
function converse(
  address: string,
  begin: (call: Call) => void,
  onMessage: (message: Message, call: Call) => void,
) {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  const call: Call = client.bidirectionalStreaming();
  return new Promise<void>((resolve, reject) => {
    call.on('data', (message: Message) => onMessage(message, call));
    call.on('error', reject);
    call.on('end', resolve);
    begin(call);
  }).finally(() => client.close());
}

export async function askInTurn(address: string, questions: string[]): Promise<string[]> {
  const answers: string[] = [];
  const left = [...questions];
  const askNext = (call: Call) => {
    const content = left.shift();
    if (content === undefined) call.end();
    else call.write({ content, sender: 'client' });
  };
  await converse(address, askNext, ({ content }, call) => {
    answers.push(content);
    askNext(call);
  });
  return answers;
}

export function talk(
  address: string,
  contents: string[],
  onMessage: (message: Message) => void,
): Promise<void> {
  const sendAll = (call: Call) => {
    for (const content of contents) call.write({ content, sender: 'client' });
    call.end();
  };
  return converse(address, sendAll, onMessage);
}

export async function stay(
  address: string,
  world: World,
  onMessage: (message: Message) => void,
): Promise<void> {
  let stop = () => {};
  const begin = (call: Call) => {
    stop = world.clock.every(30_000, () => call.write({ content: 'ping', sender: 'client' }));
    call.on('status', () => stop());
  };
  await converse(address, begin, onMessage).finally(() => stop());
}
