import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf } from '@streamlings/grading';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import { nameIfAny, openChat } from './visitors.ts';

/** How many messages may wait, as the contract says. */
const MAX_WAITING = 100;
/** Texts that fill the windows and the queues of a call, and leave less than MAX_WAITING waiting. */
const FILL = 80;
/** Texts that are too many, whatever the windows and the queues take. */
const FLOOD = 400;
/** How many texts are said at once: less than what a call takes before it wants no more. */
const BATCH = 8;
/** Round trips after which Joan should have heard a batch. */
const PATIENCE = 60;
const PADDING = '.'.repeat(4096);

/** Declares the checks of `src/outbox.ts`. */
export function outboxChecks(exercise: Load<Exercise>): void {
  /** Bob stands still, Joan reads, and Ada talks to both. */
  const start = async (context: CheckContext) => {
    const chat = await openChat(context, exercise);
    const ada = await chat.enter('lobby', 'ada');
    const joan = await chat.enter('lobby', 'joan');
    const bob = await chat.enter('lobby', 'bob');
    bob.peer.stall();
    let said = 0;
    /**
     * Has Ada say more, a few texts at a time: the next ones when Joan has heard these, so that her call always has room.
     * Stops where Joan hears nothing any more.
     */
    const talk = async (count: number) => {
      const hasHeard = () => numbersOf(joan.heard()).length >= said;
      for (let left = count; left > 0; left -= BATCH) {
        for (let i = 0; i < Math.min(left, BATCH); i++) ada.say(`${++said} ${PADDING}`);
        for (let round = 0; round < PATIENCE && !hasHeard(); round++) await chat.server.barrier();
        if (!hasHeard()) break;
      }
      await chat.server.barrier(5);
    };
    return { chat, joan, bob, talk, said: () => countTo(said) };
  };

  check(
    'keeps the others up to date while one member stands still',
    {
      guard: true,
      hints: {
        'L5-06':
          'Joan reads, and hears nothing: something waits for a `drain`. It follows a false, and this `write()` has returned true. When is there something to wait for?',
        'L4-09':
          'Bob stands still, and Joan, who reads, hears nothing any more. Their calls have windows and queues of their own. What have the two in common in your outbox?',
      },
      otherwise: 'Bob does not read, Joan does, and Ada talks. What should Joan have heard?',
    },
    async (context) => {
      const { joan, talk, said } = await start(context);
      context.diagnose({
        'L5-06': () => joan.record.writes < 3,
        'L4-09': () => numbersOf(joan.heard()).length < said().length,
      });
      await talk(FILL);
      expect(numbersOf(joan.heard()), 'texts that Joan has heard').toEqual(said());
    },
  );

  check(
    'lets messages wait, in order, while the call wants no more',
    {
      hints: {
        'L5-03':
          'Bob stands still, and your outbox writes on. HTTP/2 has stopped the socket; the queue of the call, in your process, takes all the rest and has no end. Who looks at what `write()` returns?',
        'L5-05':
          'Texts are missing, came twice or in another order. A `write()` that returns false has taken its message like any other. What does false say about the next one? And who comes first then?',
      },
      otherwise:
        'Bob stands still while 80 texts of 4 KiB are said, and reads on. What should have been written by then, and what should he hear in the end?',
    },
    async (context) => {
      const { chat, bob, talk, said } = await start(context);
      context.diagnose({
        'L5-03': () => bob.record.writesWhileFull > 0,
        'L5-05': () => bob.peer.received.length > 2,
      });
      await talk(FILL);
      expect(bob.record.writesWhileFull, 'messages written to Bob while his call wanted no more').toBe(0);
      bob.peer.resume();
      await chat.until(() => numbersOf(bob.heard()).length >= FILL);
      expect(numbersOf(bob.heard()), 'texts that Bob has heard in the end').toEqual(said());
      await talk(3);
      await chat.until(() => numbersOf(bob.heard()).length >= FILL + 3);
      expect(numbersOf(bob.heard()), 'texts that Bob has heard after three more').toEqual(said());
    },
  );

  check(
    'sends a member away when more than 100 messages wait, and the room hears it at once',
    {
      hints: {
        'L4-10':
          'Hundreds of messages wait for somebody who stands still, and nobody does anything about it. A queue of its own for each member keeps it from the others; it does not make it short. Where do you count what waits?',
      },
      otherwise:
        'Bob stands still while 400 texts are said. What should the room have heard by then, and what should Bob hear when he reads on?',
    },
    async (context) => {
      const { chat, joan, bob, talk, said } = await start(context);
      const left = () => joan.heard().filter((line) => line.startsWith('LEAVE'));
      context.diagnose({ 'L4-10': () => left().length === 0 });
      await talk(FILL);
      expect(left(), `who has left after ${FILL} texts`).toEqual([]);
      await talk(FLOOD - FILL);
      expect(left(), `who has left after ${FLOOD} texts`).toEqual(['LEAVE bob (ada, joan)']);
      expect(numbersOf(joan.heard()), 'texts that Joan has heard').toEqual(said());
      const { writes } = bob.record;
      expect(writes, 'messages written to Bob').toBeLessThan(FLOOD - MAX_WAITING);
      await talk(3);
      expect(bob.record.writes, 'messages written to Bob after three more texts').toBe(writes);
      bob.peer.resume();
      const { code } = await bob.peer.outcome;
      expect(nameOf(code), 'status that Bob hears when he reads on').toBe(nameOf(status.RESOURCE_EXHAUSTED));
      await chat.server.barrier(5);
      expect(left(), 'who has left in the end').toEqual(['LEAVE bob (ada, joan)']);
    },
  );

  check(
    'ends with OK behind all that waits',
    {
      hints: {
        'L4-04':
          'Bob has gone with LEAVE, and lacks some of what was said before: it waited when the call was ended. `end()` is the last word. What has to come before it?',
        'L2-03':
          'Bob has heard everything, and waits for his status: when LEAVE came there was still something to write, and later nobody thought of the end. Who notices that the last message is out?',
      },
      otherwise:
        'Bob stands still, 80 texts are said, and he sends LEAVE. Then he reads on. What does he hear, and in which order?',
    },
    async (context) => {
      const { chat, bob, talk, said } = await start(context);
      await talk(FILL);
      bob.leave();
      await chat.until(() => bob.record.ends > 0);
      const wasFull = bob.record.writesWhileFull;
      const before = said();
      await talk(3);
      bob.peer.resume();
      await chat.until(() => bob.code() !== undefined);
      context.diagnose({
        'L2-03': () => bob.code() === undefined,
        'L4-04': () => numbersOf(bob.heard()).length < FILL,
      });
      expect(numbersOf(bob.heard()), 'texts that Bob has heard').toEqual(before);
      expect(nameIfAny(bob.code()), 'status that Bob has heard').toBe(nameOf(status.OK));
      expect(wasFull, 'messages written to Bob while his call wanted no more').toBe(0);
    },
  );
}

/** The numbers of the texts in what was heard. */
function numbersOf(heard: string[]): number[] {
  return heard.flatMap((line) => /^TEXT ada: (\d+) /.exec(line)?.[1] ?? []).map(Number);
}

function countTo(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at + 1);
}
