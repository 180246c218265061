import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { credentials, status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf } from '@streamlings/grading';
import { createClient } from '@streamlings/grpc';
import { type ChatMessage, ChatService, MessageType } from '@streamlings/proto/streamlings/chat/v1/chat';
import { expect } from 'vitest';
import { layCable } from './cable.ts';
import type { Exercise } from './checks.ts';
import { nameIfAny, openChat, overOf, type Said, type Visitor } from './visitors.ts';

const { TEXT, JOIN, SYSTEM, UNSPECIFIED } = MessageType;

/** The ways in which a member can go by itself. */
const ways: Record<string, (visitor: Visitor, cut: () => void) => void> = {
  'with LEAVE': (visitor) => visitor.leave(),
  'with LEAVE and the half-close': (visitor) => {
    visitor.leave();
    visitor.call.end();
  },
  'with the half-close alone': (visitor) => visitor.call.end(),
  'by cancelling': (visitor) => visitor.peer.cancel(),
  'with LEAVE, and cancelling at once': (visitor) => {
    visitor.leave();
    visitor.peer.cancel();
  },
  'with its connection': (_visitor, cut) => cut(),
};

/** What a client may not send, and how it is answered; `joined` says whether it is in a room by then. */
const senseless: Array<{ said: Said; joined: boolean; code: status }> = [
  { said: { type: TEXT, content: 'hello' }, joined: false, code: status.FAILED_PRECONDITION },
  { said: { type: JOIN, room: 'lobby' }, joined: false, code: status.INVALID_ARGUMENT },
  { said: { type: JOIN, user: 'bob' }, joined: true, code: status.INVALID_ARGUMENT },
  { said: { type: SYSTEM, content: 'shutting down' }, joined: true, code: status.INVALID_ARGUMENT },
  { said: { type: UNSPECIFIED, content: 'hello' }, joined: true, code: status.INVALID_ARGUMENT },
];

/** Declares the checks of `src/chat.ts`. */
export function chatChecks(exercise: Load<Exercise>): void {
  check(
    'says hello before it is asked anything',
    {
      hints: {
        'L4-05':
          'The client has called and says nothing, and so does your handler: it waits for a message to answer. The first word over a call belongs to nobody. When does a handler know that somebody is there?',
      },
      otherwise: 'A client calls, and waits. What does chat.proto say comes first?',
    },
    async (context) => {
      const { visit, until } = await openChat(context, exercise);
      const bob = await visit();
      context.diagnose({ 'L4-05': () => bob.peer.received.length === 0 });
      await until(() => bob.notices().length > 0);
      expect(bob.notices(), 'what the server says to a client that says nothing').toEqual([
        'Welcome to chat!',
      ]);
      bob.join('lobby', 'bob');
      await until(() => bob.heard().length > 0);
      expect(
        bob.peer.received.map(({ type }) => type),
        'types of what it has heard after JOIN',
      ).toEqual([SYSTEM, JOIN]);
    },
  );

  check(
    'ends with OK after LEAVE and after the half-close, behind what was said before',
    {
      hints: {
        'L2-03':
          'The client has half-closed, and waits for a status. A stream of requests that has come to its end ends nothing else. Who says OK, and when?',
        'L3-03':
          'The gate took its time with a word, and the goodbye behind it was quicker: that word was never said in the room. `end` comes when all has been read, which is not when all has been done. What does it have to wait for?',
      },
      otherwise:
        'Somebody says a few words and goes, with LEAVE and with the half-close, while a gate takes its time. Which status do they get, and what do the others hear before LEAVE?',
    },
    async (context) => {
      // A gate that takes its time: it lets nothing pass before everything has arrived.
      let gate = Promise.withResolvers<void>();
      gate.resolve();
      const createGate = () => (message: ChatMessage) => gate.promise.then(() => message);
      const chat = await openChat(context, { ...exercise, gate: async () => ({ createGate }) });
      const ada = await chat.enter('lobby', 'ada');
      for (const way of ['with LEAVE', 'with the half-close alone']) {
        const bob = await chat.enter('lobby', 'bob');
        context.diagnose({
          'L2-03': () => bob.code() === undefined,
          'L3-03': ({ label }) => label.startsWith('what the others'),
        });
        const before = ada.heard().length;
        gate = Promise.withResolvers();
        for (const content of ['one', 'two', 'three']) bob.say(content);
        ways[way]?.(bob, () => {});
        await chat.server.barrier(5);
        gate.resolve();
        await chat.until(() => bob.code() !== undefined);
        expect(nameIfAny(bob.code()), `status of a client that goes ${way}`).toBe(nameOf(status.OK));
        expect(
          ada.heard().slice(before, before + 3),
          `what the others hear of a member that goes ${way}`,
        ).toEqual(['TEXT bob: one', 'TEXT bob: two', 'TEXT bob: three']);
      }
    },
  );

  check(
    'tells the room once that a member has left, however it went',
    {
      hints: {
        'L4-07':
          'A member has gone, and the room has not heard of it; its name stays on the list. Nobody has to say goodbye: a window is closed, a train enters a tunnel. Which event of the call comes in the end, whatever happened?',
        'L4-08':
          'A member has gone once, and has left more than once. For one goodbye there may be two events, the end of the requests and the end of the call. What do they both have to ask first?',
      },
      otherwise: 'A member goes, in one of seven ways. How often should those who stay hear LEAVE?',
      // One of the ways needs a program of its own, which takes its time to start.
      limitMs: 5000,
    },
    async (context) => {
      const chat = await openChat(context, exercise);
      const ada = await chat.enter('lobby', 'ada');
      let left: string[] = [];
      context.diagnose({ 'L4-07': () => left.length === 0, 'L4-08': () => left.length > 1 });
      for (const [way, go] of Object.entries(ways)) {
        const cable = await layCable(chat.server.address);
        context.defer(() => cable.remove());
        const bob = await chat.enter('lobby', 'bob', connectBy(context, cable.address));
        const before = ada.heard().length;
        go(bob, cable.cut);
        await Promise.race([bob.over, bob.peer.outcome]);
        await chat.until(() => ada.heard().length > before);
        left = ada.heard().slice(before);
        expect(left, `what the room hears of a member that goes ${way}`).toEqual(['LEAVE bob (ada)']);
      }
      const before = ada.heard().length;
      const program = startTerminal(context, chat.server.address);
      const over = overOf(await chat.server.call(chat.server.calls.length + 1));
      await chat.until(() => ada.heard().length > before);
      program.kill('SIGKILL');
      await over;
      await chat.until(() => ada.heard().length > before + 1);
      left = ada.heard().slice(before + 1);
      expect(left, 'what the room hears of a member whose program was killed').toEqual(['LEAVE bob (ada)']);
      const { writes } = (await chat.server.call(2)) ?? {};
      ada.say('am I alone?');
      await chat.until(() => false);
      expect(chat.server.calls[1]?.writes, 'messages written to a member that has gone').toBe(writes);
      expect(chat.countMembers(), 'members in the end').toBe(1);
    },
  );

  check(
    'refuses what makes no sense, and the room hears that its sender has left',
    {
      hints: {
        'L1-07':
          'The status blames the wrong thing. Is it the message that can never be right, or does it come at a time when it is not?',
        'L2-12':
          'You have refused a message, and the room has heard something else of its sender since. What comes behind a message that you have refused? And who still reads it?',
        'L4-07':
          'The sender was refused, its call is over, and to the room it is still there. A refusal is one more way to go. What do all ways have in common?',
      },
      otherwise:
        'Somebody sends what chat.proto does not allow, and behind it a text and a JOIN. Which status do they get, and what does the room hear?',
    },
    async (context) => {
      // A status waits behind all that its client has not read yet, and here until everything behind it has arrived.
      let reading = Promise.withResolvers<void>();
      const createOutbox: Exercise['outbox']['createOutbox'] = (call) => {
        let isOver = false;
        return {
          send: (message) => call.write(message),
          end: (failure) => {
            if (isOver) return;
            isOver = true;
            reading.promise.then(() => (failure ? call.emit('error', failure) : call.end()));
          },
        };
      };
      const chat = await openChat(context, { ...exercise, outbox: async () => ({ createOutbox }) });
      const ada = await chat.enter('lobby', 'ada');
      let heard: string[] = [];
      const behind = () => heard.filter((line) => !line.startsWith('LEAVE'));
      context.diagnose({
        'L2-12': () => behind().length > 0,
        'L1-07': ({ label }) => label.startsWith('status'),
        'L4-07': ({ label }) => label.startsWith('what the room') && heard.length === 0,
      });
      for (const { said, joined, code } of senseless) {
        const bob = joined ? await chat.enter('lobby', 'bob') : await chat.visit();
        const before = ada.heard().length;
        reading = Promise.withResolvers();
        bob.call.write(said);
        bob.say('never mind');
        bob.join('lobby', 'bob');
        await chat.server.barrier(10);
        reading.resolve();
        await chat.until(() => bob.code() !== undefined);
        heard = ada.heard().slice(before);
        const what = `${joined ? 'a member' : 'a client outside of a room'} that sends ${JSON.stringify(said)}`;
        expect(behind(), `what is heard of ${what}, after it`).toEqual([]);
        expect(nameIfAny(bob.code()), `status of ${what}`).toBe(nameOf(code));
        expect(heard, `what the room hears of ${what}`).toEqual(joined ? ['LEAVE bob (ada)'] : []);
      }
    },
  );

  check(
    'goes from one room to another with JOIN',
    {
      hints: {
        'L4-11':
          'A member has come into a second room, and the first one still counts it: it is in both. Where does somebody who goes through a door come from?',
      },
      otherwise:
        'Bob is in the lobby and joins the kitchen. What do both rooms hear, and where is he heard then?',
    },
    async (context) => {
      const { enter, until } = await openChat(context, exercise);
      const ada = await enter('lobby', 'ada');
      const grace = await enter('kitchen', 'grace');
      const bob = await enter('lobby', 'bob');
      context.diagnose({ 'L4-11': () => ada.heard().length === 2 });
      bob.join('kitchen', 'bob');
      await until(() => bob.heard().length > 1 && ada.heard().length > 2);
      expect(ada.heard().slice(1), 'what the lobby has heard').toEqual([
        'JOIN bob (ada, bob)',
        'LEAVE bob (ada)',
      ]);
      expect(bob.heard().at(-1), 'what Bob has heard').toBe('JOIN bob (grace, bob)');
      bob.say('hello');
      await until(() => grace.heard().length > 2);
      expect(grace.heard().slice(1), 'what the kitchen has heard').toEqual([
        'JOIN bob (grace, bob)',
        'TEXT bob: hello',
      ]);
      expect(ada.heard().length, 'how much the lobby has heard').toBe(3);
    },
  );

  check(
    'tells who is still there when two are sent away for the same text',
    {
      hints: {
        'L4-06':
          'Grace was sent away in the middle of a loop over the room, and Joan in the middle of telling her of it: the first LEAVE came last, and its list was old by then. What may begin only when `send` has returned?',
      },
      otherwise:
        'A text is too much for the outboxes of Grace and of Joan. What does Bob hear of the two, and who is there in the end?',
    },
    async (context) => {
      // Grace and Joan each have an outbox that takes what is said until Bob has come, and finds one text more too much.
      let capacity = Number.POSITIVE_INFINITY;
      const createOutbox: Exercise['outbox']['createOutbox'] = (call, tooSlow) => {
        let left = capacity;
        return {
          send: (message) => (left-- > 0 ? call.write(message) : tooSlow()),
          end: (failure) => (failure ? call.emit('error', failure) : call.end()),
        };
      };
      const chat = await openChat(context, { ...exercise, outbox: async () => ({ createOutbox }) });
      const ada = await chat.enter('lobby', 'ada');
      capacity = 4;
      await chat.enter('lobby', 'grace');
      capacity = 3;
      await chat.enter('lobby', 'joan');
      capacity = Number.POSITIVE_INFINITY;
      const bob = await chat.enter('lobby', 'bob');
      const left = () => bob.heard().filter((line) => line.startsWith('LEAVE'));
      context.diagnose({ 'L4-06': () => left().length === 2 });
      ada.say('hello');
      await chat.until(() => left().length > 1);
      const gone = left().map((line) => line.split(' ')[1]);
      expect(gone.toSorted(), 'who has left, for Bob').toEqual(['grace', 'joan']);
      expect(left().at(-1), 'the last LEAVE that Bob has heard').toContain('(ada, bob)');
    },
  );
}

function connectBy({ defer }: CheckContext, address: string) {
  const client = createClient(ChatService, address, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  });
  defer(() => client.close());
  return client;
}

/** Starts the terminal client, which joins the lobby as Bob and stays as long as it may. */
function startTerminal({ defer }: CheckContext, address: string): ChildProcess {
  const path = fileURLToPath(new URL('terminal.ts', import.meta.url));
  const program = spawn(process.execPath, [path, 'bob', '--to', address], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  defer(() => program.kill('SIGKILL'));
  return program;
}
