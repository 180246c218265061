// misconception: L4-15
// fails: reads while it writes
import { credentials } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/**
 * Asks one question at a time over a single `BidirectionalStreaming` call: the next one when the answer to the one before
 * has come. Resolves with the contents of the answers; rejects with the status of a call that fails.
 */
export async function askInTurn(address: string, questions: string[]): Promise<string[]> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  const call = client.bidirectionalStreaming();
  const answers: string[] = [];
  // The reading drives the writing. Writing everything first would wait for answers that nobody reads.
  const askNext = () => {
    const question = questions[answers.length];
    if (question === undefined) call.end();
    else call.write({ content: question, sender: 'client' });
  };
  try {
    askNext();
    for await (const { content } of call) {
      answers.push(content);
      askNext();
    }
    return answers;
  } finally {
    client.close();
  }
}

/**
 * Sends all contents, half-closes, and hands over every message that comes, whenever it comes. Resolves when the server
 * has ended the stream with OK; rejects with the status of a call that fails.
 */
export async function talk(
  address: string,
  contents: string[],
  onMessage: (message: Message) => void,
): Promise<void> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  const call = client.bidirectionalStreaming();
  try {
    // Both at once: grpc-js queues what the server does not take yet, and the loop below is already reading.
    for (const content of contents) call.write({ content, sender: 'client' });
    call.end();
    await new Promise((done) => call.on('finish', done));
    // No counting: how many answers a message gets is the server's affair, and the end of the stream says when it is over.
    for await (const message of call) onMessage(message);
  } finally {
    client.close();
  }
}

/**
 * Hands over every message that comes, and sends `ping` every 30 s of `world.clock` as a sign of life. Resolves when the
 * server has ended the stream with OK; rejects with the status of a call that fails.
 */
export async function stay(
  address: string,
  world: World,
  onMessage: (message: Message) => void,
): Promise<void> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  const call = client.bidirectionalStreaming();
  const stopPinging = world.clock.every(30_000, () => call.write({ content: 'ping', sender: 'client' }));
  try {
    for await (const message of call) onMessage(message);
  } finally {
    // In the same place where the call is over: a ping behind the end would be an error of its own.
    stopPinging();
    call.end();
    client.close();
  }
}
