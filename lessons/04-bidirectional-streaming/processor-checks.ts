import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf } from '@streamlings/grading';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import { destroyedCallHint, isDestroyedCall } from './destroyed-call.ts';

const EMPTY = 'ERROR: Empty message content';

/** Declares the checks of `src/processor.ts`. */
export function processorChecks(load: Load<Exercise>['processor']): void {
  const start = async ({ world, serve }: CheckContext) => {
    const { handlers } = await load();
    const server = await serve(StreamingService, handlers(world));
    const send = (...contents: string[]) => {
      const call = server.client.bidirectionalStreaming();
      for (const content of contents) call.write({ content, sender: 'ada' });
      return { call, replies: server.read(call) };
    };
    return { server, send };
  };
  const contentsOf = (replies: { received: readonly { content: string }[] }) =>
    replies.received.map(({ content }) => content);

  check(
    'keeps a message before it answers it, and each before the next is sent',
    {
      hints: {
        'L3-03':
          'The answer was out before the message was in the store. What was begun goes on by itself; nobody waits for it who does not say so. Who waits for your `put`?',
        'L4-02':
          'The client sends its second message when it has the answer to the first, and your handler answers when it has all messages. Each waits for the other. What could your handler do with a message the moment it has it?',
      },
      otherwise:
        'The store takes its time; the client sends one message after the other. In which order do entry and answer come?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      const { server, send } = await start(context);
      let early = 0;
      diagnose({
        'L4-02': ({ symptom }) => symptom === 'both sides wait',
        'L3-03': () => early > 0,
      });
      const release = controls.store.hold();
      const { call, replies } = send('one');
      await server.call(1);
      await server.barrier(5);
      early = replies.received.length;
      expect(early, 'answers while the store has not kept the message').toBe(0);
      release();
      const answer = await replies.message(1);
      expect(answer?.content, 'answer to `one`').toBe('Processed: one');
      expect(answer?.sender, 'sender of an answer').toBe('server');
      call.write({ content: 'two', sender: 'ada' });
      expect((await replies.message(2))?.content, 'answer to `two`').toBe('Processed: two');
      expect([...controls.store.entries], 'entries of the store').toEqual([
        ['ada/one', 'one'],
        ['ada/two', 'two'],
      ]);
      call.cancel();
    },
  );

  check(
    'answers in the order of the messages and goes on after an empty one',
    {
      hints: {
        'L2-08':
          'The stream ended at the message without content. One bad message is no failure of the call: it gets an answer of its own, and the next one is waiting. What ends a call, and what only answers?',
        'L4-01': destroyedCallHint,
        'L4-04':
          'Answers are missing. The client has half-closed and still listens, while your handler had work under way when it ended the call. How does it know that everything is answered?',
        'L4-06':
          'The order of the answers is not the order of the messages. The stream keeps an order; work that runs side by side does not. Who decides in your handler which answer is written first?',
      },
      otherwise:
        'The client sends `slow`, nothing, and `quick`, and half-closes; the store takes its time. Which answers should it get, and in which order?',
      environment: ['L4-01'],
    },
    async (context) => {
      const { controls, diagnose } = context;
      const { server, send } = await start(context);
      let contents: string[] = [];
      let isOver = false;
      diagnose({
        'L4-01': isDestroyedCall,
        'L4-06': () => contents[0] === EMPTY || (contents.length === 3 && contents[1] !== EMPTY),
        'L2-08': () => isOver && contents.at(-1) !== 'Processed: quick' && contents.length >= 1,
        'L4-04': () => isOver && contents.length < 3,
      });
      const release = controls.store.hold();
      const { call, replies } = send('slow', '', 'quick');
      call.end();
      await server.call(1);
      await server.barrier(10);
      contents = contentsOf(replies);
      expect(contents, 'answers while the store is busy with `slow`').toEqual([]);
      release();
      const { code } = await replies.outcome;
      isOver = true;
      contents = contentsOf(replies);
      expect(contents, 'all answers').toEqual(['Processed: slow', EMPTY, 'Processed: quick']);
      expect(new Set(replies.received.map(({ sender }) => sender)), 'senders of the answers').toEqual(
        new Set(['server']),
      );
      expect(nameOf(code), 'status of a call with an empty message').toBe(nameOf(status.OK));
      expect([...controls.store.entries.keys()], 'entries of the store').toEqual(['ada/slow', 'ada/quick']);
    },
  );

  check(
    'ends the call with a status when the store fails, and nothing after it',
    {
      hints: {
        'L3-08':
          'A message failed where nobody catches: in an async listener, or in a promise that was left to itself. A real server ends here. Who could turn this failure into a status?',
        'L2-08':
          'The client was told that all is well, or got the failure as an ordinary answer. OK belongs to calls that went well. What does a caller look at to see that one did not?',
        'L1-04':
          "The store's own words reached the client. They are about your house, and the client is a stranger. What may it know?",
        'L2-12':
          'The call has its status, and your handler went on with the messages behind it. What is left to do for a call that is over?',
      },
      otherwise:
        'The store refuses the second of four messages, once with EDQUOT and once with EIO. What does the client get, and what does the store?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      const { server, send } = await start(context);
      let outcome: { code: status; details: string } | undefined;
      let putsAfter = 0;
      diagnose({
        'L3-08': ({ crash }) => crash !== undefined,
        'L2-08': () => outcome?.code === status.OK,
        'L1-04': () => /sdb1|quota/.test(outcome?.details ?? ''),
        'L2-12': () => putsAfter > 0,
      });
      for (const [code, text, expected] of [
        ['EDQUOT', 'quota of /dev/sdb1 is used up', status.RESOURCE_EXHAUSTED],
        ['EIO', 'disk /dev/sdb1 is damaged', status.INTERNAL],
      ] as const) {
        const { call, replies } = send(`first ${code}`);
        await replies.message(1);
        controls.store.failNext(code, text);
        const before = controls.store.puts;
        const release = controls.store.hold();
        for (const content of ['second', 'third', 'fourth']) call.write({ content, sender: 'ada' });
        call.end();
        // All of it has arrived when the failure happens.
        await server.barrier(10);
        release();
        outcome = await replies.outcome;
        await server.barrier(10);
        putsAfter = controls.store.puts - before - 1;
        expect(nameOf(outcome.code), `status after the store's ${code}`).toBe(nameOf(expected));
        expect(outcome.details, 'details of the status').not.toMatch(/sdb1|quota/);
        expect(contentsOf(replies), 'answers before the failure').toEqual([`Processed: first ${code}`]);
        expect(putsAfter, 'messages handed to the store after the one that failed').toBe(0);
      }
    },
  );
}
