import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf } from '@streamlings/grading';
import type { ChatMessage } from '@streamlings/proto/streamlings/chat/v1/chat';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import { describe, nameIfAny, openChat } from './visitors.ts';

/** Texts that are too many for somebody who stands still. */
const FLOOD = 400;
const PADDING = '.'.repeat(4096);

/** Declares the checks of `src/sessions.ts`. */
export function sessionsChecks(exercise: Load<Exercise>): void {
  const start = async (context: CheckContext) => {
    const chat = await openChat(context, exercise);
    const { server } = chat;
    /** Calls `JoinChat` and waits for what comes first, or for the end. */
    const join = async (room: string, user: string) => {
      const peer = server.read(server.client.joinChat({ room, user }));
      const { received, code } = chat.watch(peer);
      await chat.until(() => peer.received.length > 1 || code() !== undefined);
      const first = peer.received[0]?.event;
      const messages = () =>
        received().flatMap(({ event }): ChatMessage[] => (event.case === 'message' ? [event.value] : []));
      return {
        peer,
        code,
        sessionId: first?.case === 'sessionId' ? first.value : '',
        heard: () => describe(messages()),
      };
    };
    const send = async (sessionId: string, content: string) =>
      nameOf((await server.unary('sendMessage', { sessionId, content })).code);
    return { chat, join, send };
  };

  check(
    'opens a session for each member, and enters the room as a guest',
    {
      hints: {
        'L4-11':
          'Two members have the same session: it was made of something that they have in common. Whoever has a session speaks for its member. What must be different each time, and known to nobody else?',
        'L1-07':
          'A request without a room or a user has got another status than the contract says. Who has to change something before it can succeed?',
      },
      otherwise:
        'Two guests of the same name join a room with a member of the other kind. What is the first thing that each of them hears, and what does the room?',
    },
    async (context) => {
      const { chat, join } = await start(context);
      const ada = await chat.enter('lobby', 'ada');
      const first = await join('lobby', 'grace');
      const ids = [first.sessionId];
      context.diagnose({
        'L1-07': ({ label }) => label.startsWith('status'),
        'L4-11': () => ids.includes('') === false && new Set(ids).size < ids.length,
      });
      expect(first.sessionId, 'session, in the first response').not.toBe('');
      expect(first.heard(), 'what a guest hears then').toEqual(['JOIN grace (guest) (ada, grace (guest))']);
      expect(ada.heard().at(-1), 'what the room has heard').toBe('JOIN grace (guest) (ada, grace (guest))');
      ids.push((await join('lobby', 'grace')).sessionId);
      const elsewhere = await start(context);
      ids.push((await elsewhere.join('lobby', 'grace')).sessionId);
      expect(new Set(ids).size, 'different sessions of three guests of the same name').toBe(3);
      for (const [room, user] of [
        ['', 'grace'],
        ['lobby', ''],
      ] as const) {
        const { code } = await join(room, user);
        expect(nameIfAny(code()), `status for user '${user}' in room '${room}'`).toBe(
          nameOf(status.INVALID_ARGUMENT),
        );
      }
      expect(chat.countMembers(), 'members in the end').toBe(3);
    },
  );

  check(
    'carries what guests say to members of both kinds, and the other way round',
    {
      hints: {
        'L1-02':
          'SendMessage waits for its answer, and your handler has returned: grpc-js does not look at what it returns. Through which of its two parameters does an answer leave?',
        'L4-11':
          'Who speaks has heard itself, or others have not heard it. The guests and the rest are in one room. Through what do both have to go?',
      },
      otherwise:
        'A guest says something, another one answers, and so does Ada, who is on the other kind of call. Who hears what?',
    },
    async (context) => {
      const { chat, join } = await start(context);
      const ada = await chat.enter('lobby', 'ada');
      const grace = await join('lobby', 'grace');
      const joan = await join('lobby', 'joan');
      const { sessionId } = grace;
      const texts = (heard: string[]) => heard.filter((line) => line.startsWith('TEXT'));
      context.diagnose({
        'L1-02': ({ symptom, label }) => symptom === 'callback never called' || label.startsWith('whether'),
        'L4-11': ({ label }) => label.startsWith('texts'),
      });
      const sent = chat.server.unary('sendMessage', { sessionId, content: 'hello' });
      const outcome = await Promise.race([sent, chat.until(() => false)]);
      expect(outcome !== undefined, 'whether SendMessage was answered').toBe(true);
      expect(outcome && nameOf(outcome.code), 'status of SendMessage').toBe(nameOf(status.OK));
      ada.say('hello, guests');
      await chat.until(() => texts(grace.heard()).length > 0 && texts(joan.heard()).length > 1);
      expect(texts(ada.heard()), 'texts that Ada has heard').toEqual(['TEXT grace (guest): hello']);
      expect(texts(joan.heard()), 'texts that another guest has heard').toEqual([
        'TEXT grace (guest): hello',
        'TEXT ada: hello, guests',
      ]);
      expect(texts(grace.heard()), 'texts that the speaker has heard').toEqual(['TEXT ada: hello, guests']);
    },
  );

  check(
    'takes no text for a session that it does not know, and no empty one',
    {
      hints: {
        'L1-07':
          'The status blames the wrong thing: the session is not there, or the content is. Which codes say that, according to chat.proto?',
      },
      otherwise:
        'Somebody uses a made-up session, none at all, and a good one with no content. What do they get, and what does the room hear?',
    },
    async (context) => {
      const { chat, join, send } = await start(context);
      const ada = await chat.enter('lobby', 'ada');
      context.diagnose({ 'L1-07': ({ label }) => label.startsWith('status') });
      expect(await send('no-such-session', 'hello'), 'status for a session that nobody has').toBe(
        nameOf(status.NOT_FOUND),
      );
      expect(await send('', 'hello'), 'status for no session').toBe(nameOf(status.NOT_FOUND));
      const { sessionId } = await join('lobby', 'grace');
      const before = ada.heard().length;
      expect(await send(sessionId, ''), 'status for no content').toBe(nameOf(status.INVALID_ARGUMENT));
      await chat.server.barrier(5);
      expect(ada.heard().length, 'messages that the room has heard').toBe(before);
    },
  );

  check(
    'closes a session with its call, and the room hears it once',
    {
      hints: {
        'L4-07':
          'The call of a guest is over, and the guest is still there, or its session still speaks. There is no LEAVE in this design. What ends a session?',
        'L4-08': 'A guest has gone once and has left more than once. Which two of your places say goodbye?',
      },
      otherwise:
        'A guest cancels. What does the room hear, and what does the session get that sends one text more?',
    },
    async (context) => {
      const { chat, join, send } = await start(context);
      const ada = await chat.enter('lobby', 'ada');
      const grace = await join('lobby', 'grace');
      expect(grace.heard().length, 'messages that the guest has heard').toBe(1);
      const before = ada.heard().length;
      let isLate = false;
      const left = () => ada.heard().slice(before);
      context.diagnose({ 'L4-07': () => left().length === 0 || isLate, 'L4-08': () => left().length > 1 });
      grace.peer.cancel();
      await chat.until(() => left().length > 0);
      expect(left(), 'what the room hears of a guest that cancels').toEqual(['LEAVE grace (guest) (ada)']);
      isLate = true;
      expect(await send(grace.sessionId, 'one thing more'), 'status for a session that is over').toBe(
        nameOf(status.NOT_FOUND),
      );
      await chat.server.barrier(5);
      expect(left().length, 'messages that the room has heard since').toBe(1);
    },
  );

  check(
    'sends a guest away that stands still, with its session',
    {
      hints: {
        'L4-10':
          'Hundreds of messages wait for a guest who stands still. The rule is the same in both designs, and you have written it once. What does a guest have to be sent through?',
        'L4-07':
          'The guest was sent away, and its session still speaks for it. Which of your ways out closes the session?',
      },
      otherwise:
        'A guest stands still while 400 texts are said. What does the room hear, and what does the guest, and its session?',
    },
    async (context) => {
      const { chat, join, send } = await start(context);
      const ada = await chat.enter('lobby', 'ada');
      const grace = await join('lobby', 'grace');
      expect(grace.heard().length, 'messages that the guest has heard').toBe(1);
      grace.peer.stall();
      const before = ada.heard().length;
      const left = () => ada.heard().slice(before);
      let isSentAway = false;
      context.diagnose({ 'L4-10': () => left().length === 0, 'L4-07': () => isSentAway });
      for (let i = 1; i <= FLOOD; i++) {
        ada.say(`${i} ${PADDING}`);
        if (i % 8 === 0) await chat.server.barrier();
      }
      await chat.until(() => left().length > 0);
      expect(left(), 'what the room has heard').toEqual(['LEAVE grace (guest) (ada)']);
      isSentAway = true;
      expect(await send(grace.sessionId, 'wait for me'), 'status for its session').toBe(
        nameOf(status.NOT_FOUND),
      );
      grace.peer.resume();
      const { code } = await grace.peer.outcome;
      expect(nameOf(code), 'status that the guest hears').toBe(nameOf(status.RESOURCE_EXHAUSTED));
      expect(left().length, 'messages that the room has heard in the end').toBe(1);
    },
  );
}
