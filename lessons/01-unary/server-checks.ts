import { status } from '@grpc/grpc-js';
import {
  type CheckContext,
  check,
  type Load,
  nameOf,
  type Served,
  type WorldErrorCode,
} from '@streamlings/grading';
import type { RequestInit } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';

/** Declares the checks of `src/server.ts`. */
export function serverChecks(load: Load<Exercise>['server']): void {
  const start = async ({ world, serve }: CheckContext) => {
    const { handlers } = await load();
    const server = await serve(StreamingService, handlers(world));
    const send = (note: RequestInit<typeof StreamingService, 'unaryCall'>) => server.unary('unaryCall', note);
    return { server, send };
  };

  check(
    'answers a message through the callback',
    {
      hints: {
        'L1-02':
          'Your handler has returned and the client still waits: grpc-js does not look at what a handler returns. Through which of its two parameters does an answer leave?',
        'L1-05':
          'The callback was used twice for one call. Two good answers in a row can leave the client without a status, waiting. Which lines of your handler run after the first answer?',
        'L1-06':
          'The callback got an error whose code is 0. OK is a status, too, but one that needs a message beside it. Which of the two arguments of the callback is for good news?',
        'L1-12':
          'Your answer could not be turned into bytes, and the details say which field is at fault. An int64 field holds whole numbers. Which unit does the contract want, and does it have fractions?',
      },
      otherwise:
        'Compare the answer with the comments on `UnaryCall` and `Message` in streaming.proto. Which sentence is not true of your server yet?',
    },
    async (context) => {
      const { server, send } = await start(context);
      let code: status | undefined;
      context.diagnose({
        'L1-02': ({ symptom }) => symptom === 'callback never called',
        'L1-05': () => hasAnsweredTwice(server),
        'L1-06': () => hasFailedWithOk(server),
        'L1-12': () => server.calls[0]?.answers[0]?.error === null && code === status.INTERNAL,
      });
      const outcome = await send({ sender: 'ada', content: 'hello' });
      code = outcome.code;
      expect(nameOf(code), 'status for a message from ada').toBe(nameOf(status.OK));
      expect(outcome.message?.content, 'content of the answer to "hello"').toBe('Echo: hello');
      expect(outcome.message?.sender, 'sender of the answer').toBe('server');
      const other = await send({ sender: 'grace', content: 'good evening' });
      expect(other.message?.content, 'content of the answer to "good evening"').toBe('Echo: good evening');
      await server.barrier(5);
      expect(server.calls[0]?.answers.length, 'uses of the callback for one call').toBe(1);
    },
  );

  check(
    'stamps its answer with the time, in milliseconds since 1970',
    {
      hints: {
        'L1-12':
          'The client reads `timestamp` as milliseconds since 1970, as the contract says. Which unit, and which starting point, does the number that you sent have?',
      },
      otherwise:
        'The check has moved `world.clock` and compares your timestamp with it. Where does yours come from?',
    },
    async (context) => {
      const { world, controls, diagnose } = context;
      const { send } = await start(context);
      let received: bigint | undefined;
      diagnose({
        'L1-12': () => received !== undefined && received !== 0n && isFarFrom(received, world.clock.now()),
      });
      await controls.clock.advance(86_400_000);
      const outcome = await send({ sender: 'ada', content: 'what time is it?' });
      received = outcome.message?.timestamp;
      expect(nameOf(outcome.code), 'status of the answer').toBe(nameOf(status.OK));
      expect(received, 'timestamp of an answer given one day later').toBe(BigInt(world.clock.now()));
    },
  );

  check(
    'refuses a message without content or sender',
    {
      hints: {
        'L1-02':
          'Your handler has returned and the client still waits for its refusal: grpc-js does not look at what a handler returns. Which way does a refusal leave?',
        'L1-03':
          'You threw the refusal. From an async handler it goes nowhere, from another one it arrives as UNKNOWN, without your code. Which way does a refusal leave?',
        'L1-05':
          'The callback was used twice for one call: once to refuse, once to answer. Calling it does not leave your function. What does?',
        'L1-06':
          'The client saw OK and a message, so for it all is well. A failure inside a successful answer is easy to miss. Where does gRPC carry success and failure?',
        'L1-07':
          'The status blames somebody other than the client. Ask who has to change something before the call can succeed: the caller, or the server?',
      },
      otherwise:
        'A request that can never succeed as it is has a status of its own. Does your handler answer with it before it does anything else?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      const { server, send } = await start(context);
      let code: status | undefined;
      let answer: string | undefined;
      diagnose({
        'L1-03': () => hasThrown(server),
        'L1-02': ({ symptom }) => symptom === 'callback never called',
        'L1-05': () => hasAnsweredTwice(server),
        // An answer like any other was not meant as a refusal: the validation is missing.
        'L1-06': () => hasFailedWithOk(server) || (answer !== undefined && !answer.startsWith('Echo: ')),
        'L1-07': () => code === status.INTERNAL || code === status.UNKNOWN || code === status.NOT_FOUND,
      });
      for (const note of [
        { sender: 'ada', content: '' },
        { sender: '', content: 'hello' },
      ]) {
        const outcome = await send(note);
        code = outcome.code;
        answer = outcome.message?.content;
        await server.barrier(5);
        expect(nameOf(code), `status for ${JSON.stringify(note)}`).toBe(nameOf(status.INVALID_ARGUMENT));
        expect(server.calls.at(-1)?.answers.length, 'uses of the callback for one call').toBe(1);
        expect(controls.store.puts, 'messages kept although they were refused').toBe(0);
      }
    },
  );

  check(
    'keeps each message before it answers, unless its ttl_seconds is 0',
    {
      hints: {
        'L1-03':
          'The promise of your async handler was rejected, and nobody looks at that promise: the client waits until it gives up. Where does a failure of the store have to end up?',
        'L1-11':
          'For an `optional` field, 0 and not set are two answers: one means "do not keep it", the other "keep it for ever". How does your code tell them apart?',
      },
      otherwise:
        'The store is slow here. Which key should be in it, and has `put` finished by the time you answer?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      const { server, send } = await start(context);
      let sent: number | undefined;
      diagnose({
        'L1-03': () => server.calls.some(({ rejected }) => rejected.length > 0),
        'L1-11': () =>
          sent === undefined
            ? server.calls[0]?.answers[0]?.error === null && controls.store.puts === 0
            : controls.store.entries.has(`ada/ttl ${sent}`) === (sent === 0),
      });
      const keys = (): string[] => [...controls.store.entries.keys()];
      const release = controls.store.hold();
      const answered = send({ sender: 'ada', content: 'for ever' });
      const record = await server.call(1);
      await server.barrier(5);
      expect(record.answers.length, 'answers while the store has not finished').toBe(0);
      release();
      await answered;
      expect(keys(), 'keys in the store after a message without ttl_seconds').toEqual(['ada/for ever']);
      for (sent of [60, 0]) {
        const outcome = await send({ sender: 'ada', content: `ttl ${sent}`, ttlSeconds: sent });
        const label = `with ttl_seconds ${sent}`;
        expect(nameOf(outcome.code), `status for a message ${label}`).toBe(nameOf(status.OK));
        expect(keys().includes(`ada/ttl ${sent}`), `kept a message ${label}`).toBe(sent !== 0);
      }
    },
  );

  check(
    'answers a failing store with the status that fits, and tells nothing of its insides',
    {
      hints: {
        'L1-03':
          'The store failed and the failure stayed with you: a rejected promise of a handler goes nowhere, and a thrown error arrives as UNKNOWN without its code. What has to stand around the `await`?',
        'L1-04':
          "The store's own message has reached the client. grpc-js honours a numeric gRPC code; any other error becomes UNKNOWN, and its text travels along. What may a stranger know about your server's insides?",
        'L1-05':
          'The callback was used more than once for one call. The first answer counts; the second can hang the call or hide the truth. Which path of your handler goes on after it has answered?',
        'L1-06':
          'The store has failed and the client saw OK. For a client that is success, whatever the message says. Where does a failure belong?',
        'L1-07':
          'All failures have become the same status, so that a client cannot tell "ask differently" from "try later" from "give up". Which of the codes says what happened here?',
      },
      otherwise:
        'The store throws errors with a `code`. Which status does each of them become, and what becomes of all others?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      const { server, send } = await start(context);
      const secret = 'disk /dev/sdb1 of vault-7';
      let code: status | undefined;
      let told = '';
      diagnose({
        'L1-03': ({ crash }) => crash !== undefined || hasThrown(server),
        'L1-05': () => hasAnsweredTwice(server),
        'L1-06': () => code === status.OK || hasFailedWithOk(server),
        'L1-04': () => told.includes(secret),
        'L1-07': () => code === status.INTERNAL || code === status.UNKNOWN,
      });
      const cases: Array<[WorldErrorCode, status]> = [
        ['EEXIST', status.ALREADY_EXISTS],
        ['EDQUOT', status.RESOURCE_EXHAUSTED],
        ['EACCES', status.PERMISSION_DENIED],
        ['EBUSY', status.UNAVAILABLE],
        ['EIO', status.INTERNAL],
      ];
      for (const [failure, expected] of cases) {
        controls.store.failNext(failure, `${failure}: ${secret}`);
        const outcome = await send({ sender: 'ada', content: failure });
        code = outcome.code;
        const trailers = Object.values(outcome.trailers.getMap()).join('\n');
        told = `${outcome.details}\n${trailers}`;
        await server.barrier(5);
        expect(outcome.details, `details after ${failure}`).not.toContain(secret);
        expect(trailers, `trailers after ${failure}`).not.toContain(secret);
        expect(nameOf(code), `status after ${failure}`).toBe(nameOf(expected));
        expect(server.calls.at(-1)?.answers.length, `uses of the callback after ${failure}`).toBe(1);
      }
    },
  );
}

type Seen = Pick<Served<typeof StreamingService>, 'calls'>;

function hasThrown({ calls }: Seen): boolean {
  return calls.some(({ rejected, thrown }) => rejected.length + thrown.length > 0);
}

function hasAnsweredTwice({ calls }: Seen): boolean {
  return calls.some(({ answers }) => answers.length > 1);
}

/** Whether the callback got an error that says OK. */
function hasFailedWithOk({ calls }: Seen): boolean {
  const errors = calls.flatMap(({ answers }) => answers.map(({ error }) => error));
  return errors.some((error) => (error as { code?: unknown } | null)?.code === status.OK);
}

/** A day and more apart: another unit or another epoch, and not just another clock. */
function isFarFrom(timestamp: bigint, nowMs: number): boolean {
  return Math.abs(Number(timestamp) - nowMs) > 2 * 86_400_000;
}
