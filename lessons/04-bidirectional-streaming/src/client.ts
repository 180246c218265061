import type { World } from '@streamlings/grading';
import type { Message } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/**
 * Asks one question at a time over a single `BidirectionalStreaming` call: the next one when the answer to the one before
 * has come. Resolves with the contents of the answers; rejects with the status of a call that fails.
 */
export async function askInTurn(address: string, questions: string[]): Promise<string[]> {
  // TODO: Write a question, wait for its answer, and so on; half-close after the last answer.
  throw new Error('askInTurn is not written yet');
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
  // TODO: Read from the beginning, not only when everything is sent, and until the server is done.
  throw new Error('talk is not written yet');
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
  // TODO: Stop the clock at the end of the call, whichever end that is. Close the channel in all three functions.
  throw new Error('stay is not written yet');
}
