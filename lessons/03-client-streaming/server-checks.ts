import { status } from '@grpc/grpc-js';
import {
  type CallRecord,
  type CheckContext,
  check,
  type Load,
  nameOf,
  type Outcome,
  type Served,
} from '@streamlings/grading';
import type { RequestInit } from '@streamlings/grpc';
import { StreamingService, type StreamResponse } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect } from 'vitest';
import type { Exercise, Skipped } from './checks.ts';

type Sent = RequestInit<typeof StreamingService, 'clientStreaming'>;

/** Declares the checks of `src/server.ts`. */
export function serverChecks(load: Load<Exercise>['server']): void {
  const start = async ({ world, serve }: CheckContext) => {
    const skipped: Skipped[] = [];
    const { handlers } = await load();
    const server = await serve(
      StreamingService,
      handlers(world, (message) => skipped.push(message)),
    );
    return { server, skipped };
  };

  check(
    'answers a finished upload with its totals, be it empty',
    {
      hints: {
        'L3-02':
          'The client has half-closed, and your handler has not heard of it: a stream comes to its `end` only when it has been read to there. Who reads your call, also when nothing is in it?',
        'L3-03':
          'All messages were read, and the answer counts fewer. `end` comes when everything was read, even to a stream that you have paused; it waits for nothing that your listeners have begun. How do you know that the last message is kept?',
      },
      otherwise:
        'Two uploads: one without a message, one with three. Compare the answer with the comments on `ClientStreaming` in streaming.proto, word by word.',
    },
    async (context) => {
      const { controls, diagnose } = context;
      const { server } = await start(context);
      let answer: StreamResponse | undefined;
      diagnose({
        'L3-02': ({ symptom }) => symptom === 'request stream not read',
        'L3-03': () => answer !== undefined && answer.messagesProcessed < controls.store.puts,
      });
      const empty = server.upload('clientStreaming');
      empty.halfClose();
      expectTotals(await empty.outcome, 0, 0);
      const upload = server.upload('clientStreaming');
      upload.send(message('ada', 'Hello'), message('ada', 'World'), message('ada', 'up 👍'));
      upload.halfClose();
      const outcome = await upload.outcome;
      answer = outcome.message;
      expectTotals(outcome, 3, 15);
      expect(Object.fromEntries(controls.store.entries), 'what the store holds').toEqual({
        'ada/Hello': 'Hello',
        'ada/World': 'World',
        'ada/up 👍': 'up 👍',
      });
    },
  );

  check(
    'keeps the totals of two uploads apart',
    {
      hints: {
        'L3-14':
          'One upload was given messages of another. A handler runs once per call, and what stands around it is there once for all of them. Where do your totals live?',
      },
      otherwise: 'Two clients take turns, message by message. Which of your variables do they share?',
    },
    async (context) => {
      const { server } = await start(context);
      const outcomes: Array<Outcome<StreamResponse>> = [];
      context.diagnose({ 'L3-14': () => outcomes.some(({ code }) => code === status.OK) });
      const ada = server.upload('clientStreaming');
      const grace = server.upload('clientStreaming');
      for (const turn of [1, 2]) {
        ada.send(message('ada', `a${turn}`));
        grace.send(message('grace', `ggg${turn}`));
        while (messagesRead(server) < 2 * turn && !ada.isOver) await server.barrier();
      }
      ada.send(message('ada', 'a3'));
      ada.halfClose();
      outcomes.push(await ada.outcome);
      expectTotals(outcomes[0], 3, 6);
      grace.halfClose();
      outcomes.push(await grace.outcome);
      expectTotals(outcomes[1], 2, 8);
    },
  );

  check(
    'keeps each message as it arrives, long before the half-close',
    {
      hints: {
        'L3-05':
          'The client has sent 64 messages and goes on; the store has seen none of them. What grows in your handler meanwhile, and how large may an upload get?',
      },
      otherwise:
        'The client sends 64 messages and does not half-close until they are in the store. What do you wait for?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      const { server } = await start(context);
      diagnose({ 'L3-05': () => (server.calls[0]?.messagesRead ?? 0) > controls.store.puts });
      const upload = server.upload('clientStreaming');
      upload.send(...Array.from({ length: 64 }, (_, at) => message('ada', String(at + 10))));
      await Promise.race([controls.store.stored(64), upload.outcome]);
      expect(controls.store.entries.size, 'messages in the store before the half-close').toBe(64);
      upload.halfClose();
      expectTotals(await upload.outcome, 64, 128);
    },
  );

  check(
    'answers only after the last message is kept',
    {
      hints: {
        'L3-03':
          'The answer was out while the store was still busy. `end` says that everything was read; it waits for nothing that your listeners have begun. How do you know that the last message is kept?',
      },
      otherwise:
        'The store takes its time here, until after the half-close. What must have happened before you may answer?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      const { server } = await start(context);
      diagnose({ 'L3-03': () => server.calls[0]?.answers.some(({ error }) => !error) ?? false });
      const release = controls.store.hold();
      const upload = server.upload('clientStreaming');
      upload.send(message('ada', 'one'), message('ada', 'two'), message('ada', 'three'));
      upload.halfClose();
      const { answers } = await server.call(1);
      await server.barrier(10);
      expect(answers.length, 'answers before the first message was kept').toBe(0);
      release();
      expectTotals(await upload.outcome, 3, 11);
    },
  );

  check(
    'goes on after a message that it cannot keep, and reports it',
    {
      hints: {
        'L3-07':
          'Two of five messages are no good. One way to be wrong is to give up the other three, another is to say nothing. Which of the two does your handler do, and who would notice?',
        'L3-08':
          'A failure was thrown where nobody catches. An event listener is called by the stream, not by your handler, and an `async` one leaves behind a promise that nobody holds. Where does a failure have to be caught, to become a decision about one message?',
      },
      otherwise:
        'Five messages: the second has no content, the fourth is in the store already. Which of them count, and which are reported?',
    },
    async (context) => {
      const { diagnose } = context;
      const { server, skipped } = await start(context);
      let code: status | undefined;
      diagnose({
        'L3-08': ({ crash }) => crash !== undefined,
        'L3-07': () => code !== status.UNIMPLEMENTED && (code !== status.OK || skipped.length < 2),
      });
      const upload = server.upload('clientStreaming');
      upload.send(
        message('ada', 'one'),
        message('ada', ''),
        message('ada', 'three'),
        message('ada', 'one'),
        message('ada', 'five'),
      );
      upload.halfClose();
      const outcome = await upload.outcome;
      code = outcome.code;
      expectTotals(outcome, 3, 12);
      expect(
        skipped.sort((left, right) => left.position - right.position),
        'reported messages',
      ).toEqual([
        { position: 2, reason: 'empty' },
        { position: 4, reason: 'duplicate' },
      ]);
    },
  );

  check(
    'answers INTERNAL once when the store breaks',
    {
      hints: {
        'L1-03':
          'Your handler is async and its promise was rejected. grpc-js never looks at that promise, so the client waits on. Where does the failure have to be caught?',
        'L1-04':
          "The failure itself went to the client. Only a numeric gRPC code counts, anything else becomes UNKNOWN, and the message travels along. What may a stranger know about your server's insides?",
        'L3-08':
          'A failure was thrown inside an event listener, or in a promise that it left behind. The stream called it, and the stream does not catch; a real server ends here, with all its calls. Who could turn this failure into a status?',
        'L3-09':
          'The call was answered more than once. The messages behind the failure were already on their way, and so was the half-close. How does the rest of your handler learn that the answer is out?',
      },
      otherwise:
        'Two messages are kept, the third breaks the store, two more follow. What does the client get, and how often?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      const { server } = await start(context);
      const secret = 'disk /dev/sdb1 is damaged';
      let outcome: Outcome<StreamResponse> | undefined;
      diagnose({
        'L1-03': () => server.calls.some(({ rejected }) => rejected.length > 0),
        'L3-08': ({ crash }) => crash !== undefined,
        'L3-09': () => answersTo(server.calls[0]) > 1,
        'L1-04': () => outcome?.code === status.UNKNOWN || outcome?.details.includes(secret) === true,
      });
      const upload = server.upload('clientStreaming');
      upload.send(message('ada', 'one'), message('ada', 'two'));
      await Promise.race([controls.store.stored(2), upload.outcome]);
      controls.store.failNext('EIO', secret);
      const release = controls.store.hold();
      upload.send(message('ada', 'three'), message('ada', 'four'), message('ada', 'five'));
      upload.halfClose();
      await server.barrier(10);
      release();
      outcome = await upload.outcome;
      await server.barrier(5);
      expect(answersTo(server.calls[0]), 'answers to the call').toBe(1);
      expect(nameOf(outcome.code), 'status when the store breaks').toBe(nameOf(status.INTERNAL));
      expect(outcome.details, 'details of the status').not.toContain(secret);
    },
  );
}

function message(sender: string, content: string): Sent {
  return { sender, content };
}

function messagesRead({ calls }: Served<typeof StreamingService>): number {
  return calls.reduce((sum, call) => sum + call.messagesRead, 0);
}

export function answersTo(call: CallRecord | undefined): number {
  return call ? call.answers.length + call.errors.length : 0;
}

function expectTotals(outcome: Outcome<StreamResponse> | undefined, count: number, length: number): void {
  expect(nameOf(outcome?.code ?? -1), `status of an upload of ${count} good messages`).toBe(
    nameOf(status.OK),
  );
  expect(outcome?.message?.status, 'summary').toBe(`Processed ${count} messages, total length: ${length}`);
  expect(outcome?.message?.messagesProcessed, 'messages_processed').toBe(count);
}
