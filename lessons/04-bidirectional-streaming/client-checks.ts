import { once } from 'node:events';
import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf } from '@streamlings/grading';
import type { RequestInit } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';

type Call = ServerDuplexStream<Message, RequestInit<typeof StreamingService, 'bidirectionalStreaming'>>;

/** More than both windows and both queues hold, in messages of 16 KiB. */
const MANY = 150;

/** Declares the checks of `src/client.ts`. */
export function clientChecks(load: Load<Exercise>['client']): void {
  const serveCalls = ({ serve }: CheckContext, handle: (call: Call) => void) =>
    serve(StreamingService, { bidirectionalStreaming: handle });
  const fail = (call: Call) => call.emit('error', { code: status.NOT_FOUND, details: 'nobody here' });
  const say = (call: Call, content: string) => call.write({ content, sender: 'server' });

  check(
    'asks the next question when the answer to the one before has come',
    {
      hints: {
        'L4-03':
          'The server got a question before it had answered the one before, or waits for one that does not come. Reading and writing are two sides of the same conversation here. Which of the two knows when the next question is due?',
        'L2-04':
          'The status reached your process as an `error` event that nobody listened to, and Node ends a process for that. Who, in your way of reading, gets the bad news?',
      },
      otherwise:
        'Three questions, each answered after a while; then a server that fails at the second. What do the caller and the server see?',
    },
    async (context) => {
      const { askInTurn } = await load();
      let early = 0;
      let failsAt = Number.POSITIVE_INFINITY;
      const server = await serveCalls(context, (call) => {
        let unanswered = 0;
        let asked = 0;
        call.on('data', async ({ content }) => {
          if (++asked === failsAt) return fail(call);
          if (++unanswered > 1) early++;
          await server.barrier(5);
          unanswered--;
          say(call, `${content} Yes.`);
        });
        call.on('end', () => call.end());
      });
      context.diagnose({
        'L2-04': ({ crash }) => crash !== undefined,
        'L4-03': ({ symptom }) =>
          early > 0 || symptom === 'no half-close' || symptom === 'client never settled',
      });
      const questions = ['Are you there?', 'Are you well?', 'Is that all?'];
      const answers = await askInTurn(server.address, questions);
      expect(early, 'questions that came before the answer to the one before').toBe(0);
      expect(answers, 'answers').toEqual(questions.map((question) => `${question} Yes.`));
      expect(server.calls.length, 'calls for three questions').toBe(1);
      expect(await askInTurn(server.address, []), 'answers to no questions').toEqual([]);
      failsAt = 2;
      const error = await askInTurn(server.address, questions).catch((reason: unknown) => reason);
      expect((error as { code?: unknown }).code, 'code of a call that fails').toBe(status.NOT_FOUND);
    },
  );

  check(
    'hears everything: no answer, one, three, an unasked word, and what comes after the half-close',
    {
      hints: {
        'L4-04':
          'The last messages never reached you. You were done with sending, and the server was not. Which of your calls ends only your own half, and who says that the other half is over?',
        'L4-05':
          'Messages were lost, or you waited for one that does not come. You count on one answer to each message, and the contract has no such rule. What does tell you that nothing more will come?',
      },
      otherwise:
        'The server greets you unasked, answers `none` with nothing, `one` with one message, `three` with three, and says goodbye after your half-close. What does `onMessage` get?',
    },
    async (context) => {
      const { talk } = await load();
      const heard: string[] = [];
      const counts: Record<string, number> = { none: 0, one: 1, three: 3 };
      const server = await serveCalls(context, (call) => {
        say(call, 'welcome');
        call.on('data', ({ content }) => {
          const count = counts[content] ?? 0;
          for (let i = 1; i <= count; i++) say(call, `${content} ${i}`);
        });
        call.on('end', async () => {
          await server.barrier(5);
          say(call, 'late');
          await server.barrier(5);
          say(call, 'later');
          call.end();
        });
      });
      const expected = ['welcome', 'one 1', 'three 1', 'three 2', 'three 3', 'late', 'later'];
      context.diagnose({
        'L4-04': () => heard.includes('three 3') && !heard.includes('later'),
        'L4-05': () => server.calls.length > 0 && heard.length < expected.length,
      });
      await talk(server.address, ['none', 'one', 'three'], ({ content }) => heard.push(content));
      await server.barrier(5);
      expect(heard, 'messages handed over').toEqual(expected);
    },
  );

  check(
    'reads while it writes',
    {
      hints: {
        'L4-15':
          'Both sides write, both windows are full, and each waits until the other reads. It works for a few small messages, and then it does not. Who in your client reads while the sending goes on?',
      },
      otherwise: `The server says ${MANY} messages of 16 KiB before it listens, and you send as many. Which of your two halves has to wait for the other?`,
    },
    async (context) => {
      const { talk } = await load();
      const { random } = context.world;
      const text = () => Buffer.from(random.bytes(12 * 1024)).toString('base64');
      let read = 0;
      const isHeard = Promise.withResolvers<void>();
      const server = await serveCalls(context, async (call) => {
        // Until its first read grpc-js takes in everything, on both sides; so the server reads one message and stops,
        // and goes on when the client has read one.
        call.on('data', () => {
          if (++read === 1) call.pause();
        });
        call.on('end', () => call.end());
        await once(call, 'data');
        for (let i = 0; i < MANY && !call.cancelled; i++) if (!say(call, text())) await once(call, 'drain');
        await isHeard.promise;
        call.resume();
      });
      context.diagnose({ 'L4-15': ({ symptom }) => symptom !== undefined && symptom !== 'no call arrived' });
      let heard = 0;
      await talk(server.address, Array.from({ length: MANY }, text), () => {
        heard++;
        isHeard.resolve();
      });
      expect(heard, 'messages handed over').toBe(MANY);
      expect(read, 'messages that the server got').toBe(MANY);
    },
  );

  check(
    'pings every 30 s, and never after the end',
    {
      hints: {
        'L4-12':
          'The call is over, and the clock ticks on: sooner or later it writes into a stream that has ended, which is an error event of its own. Where in your function is the call over, whichever way it went?',
        'L2-04':
          'The status reached your process as an `error` event that nobody listened to, and Node ends a process for that. Who, in your way of reading, gets the bad news?',
      },
      otherwise:
        'A minute passes, then the server ends the call, once with OK and once with NOT_FOUND. How many pings should it have got, and what is left running on your side?',
    },
    async (context) => {
      const { world, controls, diagnose } = context;
      const { stay } = await load();
      const pings: string[] = [];
      let isOver = false;
      diagnose({
        'L4-12': ({ crash }) =>
          (crash && /after end/.test(crash.message)) || (isOver && controls.clock.pending > 0),
        'L2-04': ({ crash }) => crash !== undefined,
      });
      for (const code of [status.OK, status.NOT_FOUND]) {
        isOver = false;
        pings.length = 0;
        const heard: string[] = [];
        const server = await serveCalls(context, (call) => {
          call.on('data', ({ content }) => pings.push(content));
          call.on('end', () => call.end());
        });
        const staying = stay(server.address, world, ({ content }) => heard.push(content)).then(
          () => status.OK,
          (error: { code: status }) => error.code,
        );
        await Promise.race([server.call(1), staying]);
        const call = server.calls[0]?.call as unknown as Call;
        for (const content of ['one', 'two']) {
          say(call, content);
          await controls.clock.advance(30_000);
          await server.barrier(5);
        }
        expect(pings, 'what the server got within a minute').toEqual(['ping', 'ping']);
        if (code === status.OK) call.end();
        else fail(call);
        const ended = await staying;
        isOver = true;
        expect(nameOf(ended), 'how `stay` ended').toBe(nameOf(code));
        expect(heard, 'messages handed over').toEqual(['one', 'two']);
        await controls.clock.advance(60_000);
        await server.barrier(5);
        expect(controls.clock.pending, 'intervals still running after the end').toBe(0);
        expect(pings.length, 'pings in all').toBe(2);
      }
    },
  );

  check(
    'closes its connection, whichever way the call ended',
    {
      hints: {
        'L1-15':
          'The call is over and its connection is open. A channel that is not closed keeps a socket, and a process, alive. On which ways out of your functions does that happen?',
      },
      otherwise:
        'Each function is called with a server that ends well, and with one that fails. How many connections are left?',
    },
    async (context) => {
      const { askInTurn, talk, stay } = await load();
      let fails = false;
      const server = await serveCalls(context, (call) => {
        if (fails) return fail(call);
        say(call, 'all right');
        call.resume();
        call.end();
      });
      let isOver = false;
      context.diagnose({ 'L1-15': () => isOver && server.connections.open > 0 });
      for (fails of [false, true]) {
        await askInTurn(server.address, ['?']).catch(() => {});
        await talk(server.address, ['a'], () => {}).catch(() => {});
        await stay(server.address, context.world, () => {}).catch(() => {});
      }
      isOver = true;
      expect(server.calls.length, 'calls that the three functions started, twice each').toBe(6);
      await server.connections.allClosed();
    },
  );
}
