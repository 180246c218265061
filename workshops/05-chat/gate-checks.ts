import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf } from '@streamlings/grading';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import { nameIfAny, openChat, type Visitor } from './visitors.ts';

const HELP = 'Available commands: /auth, /help, /join, /quit, /status';
/** What a failing store says, and no client should hear. */
const SECRET = 'db-7.internal';

/** Declares the checks of `src/gate.ts`. */
export function gateChecks(exercise: Load<Exercise>): void {
  /** Ada's name has a key; Joan is in the lobby and listens. */
  const start = async (context: CheckContext) => {
    const chat = await openChat(context, exercise);
    context.controls.store.entries.set('key/ada', '1815');
    const joan = await chat.enter('lobby', 'joan');
    /** Says something to the server, and resolves with its answers. */
    const ask = async (visitor: Visitor, content: string, answers = 1) => {
      const before = visitor.notices().length;
      visitor.say(content);
      await chat.until(() => visitor.notices().length >= before + answers);
      return visitor.notices().slice(before);
    };
    return { chat, joan, ask };
  };

  check(
    'answers commands to whoever asks, and nobody else hears of them',
    {
      hints: {
        'L4-11':
          'The room has heard a command, or the answer to it. Some of what comes over a call is meant for the server alone. Which of your two ways to say something leads to one person?',
      },
      otherwise:
        'Somebody asks for `/help`, for `/status` and for something that does not exist, from within a room and from outside. What do they hear, and what does the room?',
    },
    async (context) => {
      const { chat, joan, ask } = await start(context);
      const bob = await chat.enter('lobby', 'bob');
      const eve = await chat.visit();
      await chat.until(() => eve.notices().length > 0);
      const before = bob.heard().length + joan.heard().length;
      context.diagnose({
        'L4-11': () =>
          [...bob.peer.received, ...joan.peer.received].some(({ content }) => /^\/|^Av|^Conn/.test(content)),
      });
      expect(await ask(joan, '/help'), 'answer to /help').toEqual([HELP]);
      expect(await ask(joan, '/status'), 'answer to /status').toEqual(['Connected users: 2']);
      expect(await ask(joan, '/dance wildly'), 'answer to /dance wildly').toEqual([
        'Unknown command: /dance',
      ]);
      expect(await ask(eve, '/status'), 'answer to /status from outside of a room').toEqual([
        'Connected users: 2',
      ]);
      await chat.server.barrier(5);
      expect(bob.heard().length + joan.heard().length, 'messages heard in rooms').toBe(before);
    },
  );

  check(
    'goes to another room with /join, and away with /quit',
    {
      hints: {
        'L2-03':
          'The server has said goodbye, and the call goes on. A friendly word ends nothing. What does your gate have to let through, instead of the command, for the conversation to end?',
        'L4-11':
          'Somebody has gone to another room by a command, and their name was lost, or the old room still has them. What does the conversation need to know of a JOIN, and who remembers it?',
      },
      otherwise: 'Bob says `/join kitchen`, and later `/quit`. What do the rooms hear, and what does Bob?',
    },
    async (context) => {
      const { chat, joan, ask } = await start(context);
      const bob = await chat.enter('lobby', 'bob');
      context.diagnose({
        'L2-03': ({ label }) => label.startsWith('status') && bob.code() === undefined,
        'L4-11': ({ label }) => label.includes('after /join'),
      });
      bob.say('/join kitchen');
      await chat.until(() => bob.heard().length > 1);
      expect(bob.heard().slice(1), 'what Bob has heard after /join kitchen').toEqual(['JOIN bob (bob)']);
      expect(joan.heard().slice(1), 'what the lobby has heard after /join kitchen').toEqual([
        'JOIN bob (joan, bob)',
        'LEAVE bob (joan)',
      ]);
      context.controls.store.entries.set('key/hedy', '1914');
      const hedy = await chat.visit();
      hedy.join('lobby', 'hedy');
      await chat.until(() => hedy.notices().length > 1);
      expect(await ask(hedy, '/auth hedy 1914'), 'answer to the right key').toEqual(['Authenticated']);
      hedy.say('/join hall');
      await chat.until(() => hedy.heard().length > 0);
      expect(hedy.heard(), 'what Hedy has heard after /join hall, whom JOIN has not let in').toEqual([
        'JOIN hedy (hedy)',
      ]);
      expect(await ask(bob, '/quit'), 'answer to /quit').toEqual(['Goodbye!']);
      await chat.until(() => bob.code() !== undefined);
      expect(nameIfAny(bob.code()), 'status after /quit').toBe(nameOf(status.OK));
      expect(chat.countMembers(), 'members in the end').toBe(2);
    },
  );

  check(
    'lets nobody come in a name that has a key before they have shown it',
    {
      hints: {
        'L3-14':
          'One client has shown the key, and another one has come in the name. What you remember of a call lives beside all calls. Where does it have to live?',
        'L4-11':
          'A client has shown the key of one name, and has come in another that has a key, too. What exactly has it proved?',
      },
      otherwise:
        'Ada has a key, and somebody wants to come in her name: without it, with a wrong one, and with the right one. When does the room hear JOIN?',
    },
    async (context) => {
      const { chat, joan, ask } = await start(context);
      context.controls.store.entries.set('key/grace', '1906');
      const ada = await chat.visit();
      const mallory = await chat.visit();
      await chat.until(() => ada.notices().length > 0 && mallory.notices().length > 0);
      const notice = async (visitor: Visitor, user: string) => {
        const before = visitor.peer.received.length;
        visitor.join('lobby', user);
        await chat.until(() => visitor.peer.received.length > before);
        return visitor.peer.received.slice(before).map(({ content }) => content);
      };
      context.diagnose({
        'L3-14': ({ label }) => label.includes('another client'),
        'L4-11': ({ label }) => label.includes('another name'),
      });
      expect(await notice(ada, 'ada'), 'answer to JOIN in a name with a key').toEqual([
        'Please authenticate first',
      ]);
      expect(await ask(ada, '/auth ada 1906'), 'answer to the wrong key').toEqual(['Wrong key']);
      expect(await ask(ada, '/auth bob'), 'answer to no key for a name without one').toEqual(['Wrong key']);
      expect(joan.heard().length, 'messages that the room has heard so far').toBe(1);
      expect(await ask(ada, '/auth ada 1815'), 'answer to the right key').toEqual(['Authenticated']);
      expect(await notice(mallory, 'ada'), 'answer to JOIN in the name, from another client').toEqual([
        'Please authenticate first',
      ]);
      expect(await notice(ada, 'grace'), 'answer to JOIN in another name that has a key').toEqual([
        'Please authenticate first',
      ]);
      expect(await notice(ada, 'ada'), 'answer to JOIN behind the key').toEqual(['ada joined the chat']);
      expect(joan.heard().slice(1), 'what the room has heard').toEqual(['JOIN ada (joan, ada)']);
    },
  );

  check(
    'keeps the order of what it is sent while a key is looked up',
    {
      hints: {
        'L4-06':
          'The client has sent a key and, without waiting for the answer, more. The store takes its time, and what came later was done earlier. A promise that nobody waits for runs beside everything else. What has to be over when your gate resolves?',
      },
      otherwise:
        'A client sends its key, JOIN and a text in one go and half-closes, and the store is slow. What does the room hear, in which order?',
    },
    async (context) => {
      const { chat, joan } = await start(context);
      const ada = await chat.visit();
      const release = context.controls.store.hold();
      ada.say('/auth ada 1815');
      ada.join('lobby', 'ada');
      ada.say('hello');
      ada.call.end();
      await chat.until(() => context.controls.store.gets > 1);
      expect(joan.heard().length, 'messages heard while the key is looked up').toBe(1);
      release();
      await chat.until(() => joan.heard().length > 3);
      context.diagnose({ 'L4-06': () => joan.heard().length < 4 });
      expect(ada.notices(), 'what the server has said').toEqual(['Welcome to chat!', 'Authenticated']);
      expect(joan.heard().slice(1), 'what the room has heard').toEqual([
        'JOIN ada (joan, ada)',
        'TEXT ada: hello',
        'LEAVE ada (joan)',
      ]);
    },
  );

  check(
    'ends the call at the third wrong key, and where keys cannot be looked up',
    {
      hints: {
        'L1-04':
          'The client has heard what the store says about itself. An error is made for whoever runs the server. What may a stranger know of it?',
        'L1-06':
          'The third wrong key was answered with words, and the call goes on. Words are for people; a program that tries keys reads the status. Which one says that the caller has not proved who they are?',
      },
      otherwise:
        'Somebody tries three keys; for somebody else the store fails. Which statuses do they get, and does anybody come in?',
    },
    async (context) => {
      const { chat, joan, ask } = await start(context);
      const mallory = await chat.visit();
      await chat.until(() => mallory.notices().length > 0);
      let details = '';
      context.diagnose({
        'L1-04': () => details.includes(SECRET),
        'L1-06': () => mallory.code() === undefined,
      });
      for (const key of ['1', '2'])
        expect(await ask(mallory, `/auth ada ${key}`), `answer to key ${key}`).toEqual(['Wrong key']);
      mallory.say('/auth ada 3');
      await chat.until(() => mallory.code() !== undefined);
      expect(nameIfAny(mallory.code()), 'status after three wrong keys').toBe(nameOf(status.UNAUTHENTICATED));
      for (const way of ['JOIN', '/auth'] as const) {
        const ada = await chat.visit();
        context.controls.store.failNext('EIO', `connection to ${SECRET} lost`);
        if (way === 'JOIN') ada.join('lobby', 'ada');
        else ada.say('/auth ada 1815');
        const outcome = await Promise.race([ada.peer.outcome, chat.until(() => false)]);
        details = outcome?.details ?? '';
        expect(outcome ? nameOf(outcome.code) : 'none', `status when the store fails at ${way}`).toBe(
          nameOf(status.INTERNAL),
        );
        expect(details, 'what the client is told of it').not.toContain(SECRET);
      }
      expect(joan.heard().length, 'messages heard in the room').toBe(1);
    },
  );

  check(
    'lets nobody in whose client has gone while a key was looked up',
    {
      // What it is about is in `src/chat.ts`, and there from step 2 on.
      guard: true,
      hints: {},
      otherwise:
        'A client sends JOIN and is gone before the store has answered. Then the store answers, and your program goes on where it waited. Whom does it let in, and who will ever tell the room that they have left? Look at `src/chat.ts`, too.',
    },
    async (context) => {
      const { chat, joan } = await start(context);
      const { store } = context.controls;
      const bob = await chat.visit();
      await chat.until(() => bob.notices().length > 0);
      const release = store.hold();
      bob.join('lobby', 'bob');
      await chat.until(() => store.gets > 1);
      expect(joan.heard().length, 'messages heard while the name is looked up').toBe(1);
      bob.peer.cancel();
      await bob.over;
      await chat.server.barrier(5);
      release();
      await chat.until(() => joan.heard().length > 1);
      expect(joan.heard().slice(1), 'what the room has heard of a client that has gone').toEqual([]);
      expect(chat.countMembers(), 'members in the end').toBe(1);
    },
  );
}
