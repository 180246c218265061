import { type ClientDuplexStream, type ClientReadableStream, credentials, status } from '@grpc/grpc-js';
import type { Load } from '@streamlings/grading';
import { createClient } from '@streamlings/grpc';
import {
  type ChatMessage,
  ChatService,
  type JoinChatResponse,
  MessageType,
} from '@streamlings/proto/streamlings/chat/v1/chat';
import { createTap, type Timeline } from '@streamlings/wire';
import type { Exercise } from './checks.ts';
import { lineOf } from './lines.ts';
import { serve } from './serve.ts';

const { JOIN, TEXT } = MessageType;
/** Longer than anything here takes, so that a call that hangs shows up as DEADLINE_EXCEEDED. */
const PATIENCE_MS = 5000;
const PADDING = ' '.repeat(4096);

/** Lets four people talk, each in a way of its own, and prints what each of them hears; then what a text costs. */
export async function demo(exercise: Load<Exercise>): Promise<void> {
  const { address } = await serve(exercise);
  const client = createClient(ChatService, address, credentials.createInsecure());
  const options = () => ({ deadline: Date.now() + PATIENCE_MS });
  const enter = (user: string, isShown = true) => {
    const call = client.chat(options());
    const ended = follow(user, call, (message) => message, isShown);
    call.write({ type: JOIN, room: 'lobby', user });
    const say = (content: string) => {
      if (!content.endsWith(' ')) console.log(`  ${user} > ${content}`);
      call.write({ type: TEXT, content });
    };
    return { call, ended, say };
  };

  console.log('two people meet, and one of them is cut off');
  const joan = enter('joan');
  await pause();
  const bob = enter('bob');
  await pause();
  bob.say('hello, Joan');
  joan.say('/status');
  await pause();
  bob.call.cancel();
  await bob.ended;
  await pause();

  console.log('Ada has a key, and somebody else tries to be her');
  const mallory = enter('ada');
  await pause();
  mallory.say('/auth ada 1852');
  mallory.say('/auth ada 1815');
  mallory.say('/quit');
  await mallory.ended;

  console.log('a guest, on the other kind of call');
  const guest = client.joinChat({ room: 'lobby', user: 'grace' }, options());
  let sessionId = '';
  const guestEnded = follow('guest', guest, ({ event }) => {
    if (event.case === 'sessionId') sessionId = event.value;
    return event.case === 'message' ? event.value : undefined;
  });
  await pause();
  client.sendMessage({ sessionId, content: 'hello from a guest' }, (error) => {
    console.log(`  SendMessage: ${error ? error.message : 'OK'}`);
  });
  await pause();
  guest.cancel();
  await guestEnded;
  await pause();

  console.log('somebody stands still, while Joan says 400 things of 4 KiB');
  const slow = enter('sleepy', false);
  await pause();
  slow.call.pause();
  for (let i = 1; i <= 400; i++) {
    joan.say(`${i}${PADDING}`);
    if (i % 10 === 0) await pause(1);
  }
  await pause();
  slow.call.resume();
  console.log(`  sleepy reads on: ${await slow.ended}`);
  await pause();
  joan.call.end();
  await joan.ended;
  client.close();

  console.log('what ten texts cost, on either kind of call');
  await weigh(address);
  process.exit();
}

/** Prints how many bytes ten texts take on the wire, and in how many frames, on either kind of call. */
async function weigh(address: string): Promise<void> {
  const [host = '', port] = address.split(':');
  await using tap = await createTap({ target: { host, port: Number(port) } });
  const client = createClient(ChatService, tap.address, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  });
  const measure = async (name: string, say: () => Promise<void> | void) => {
    await pause();
    const before = tap.timeline();
    for (let i = 1; i <= 10; i++) await say();
    await pause();
    const after = tap.timeline();
    const bytes = bytesOf(after) - bytesOf(before);
    console.log(`  ${name}: ${bytes} bytes in ${after.frames.length - before.frames.length} frames`);
  };
  const call = client.chat();
  call.on('error', () => {});
  const hasEntered = new Promise((resolve) => {
    call.on('data', ({ type }: ChatMessage) => type === JOIN && resolve(type)).on('status', resolve);
  });
  call.write({ type: JOIN, room: 'scales', user: 'bob' });
  await hasEntered;
  await measure('ten TEXT over Chat', () => {
    call.write({ type: TEXT, content: 'hello' });
  });
  const guest = client.joinChat({ room: 'scales', user: 'grace' });
  const first = await new Promise<JoinChatResponse | undefined>((resolve) => {
    guest.once('data', resolve);
    guest.on('error', () => resolve(undefined));
  });
  call.cancel();
  const sessionId = first?.event.case === 'sessionId' ? first.event.value : '';
  if (sessionId === '') return console.log('  ten SendMessage: there is no session to speak for');
  await measure('ten SendMessage', () => {
    return new Promise((resolve) => client.sendMessage({ sessionId, content: 'hello' }, () => resolve()));
  });
  guest.cancel();
  client.close();
}

function bytesOf({ connections }: Timeline): number {
  return connections.reduce((sum, { bytes }) => sum + bytes.client + bytes.server, 0);
}

function follow<T>(
  name: string,
  call: ClientReadableStream<T> | ClientDuplexStream<unknown, T>,
  read: (response: T) => ChatMessage | undefined,
  isShown = true,
): Promise<string> {
  call.on('data', (response: T) => {
    const message = read(response);
    if (message && isShown && !message.content.endsWith(' ')) console.log(`  ${name} < ${lineOf(message)}`);
  });
  call.on('error', () => {});
  return new Promise((resolve) => {
    call.on('status', ({ code, details }) => {
      const text = `${status[code]}${code === status.OK || !details ? '' : `: ${details}`}`;
      if (isShown) console.log(`  ${name} : ${text}`);
      resolve(text);
    });
  });
}

function pause(ms = 50): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
