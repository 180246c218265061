import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, type Served } from '@streamlings/grading';
import type { ServiceHandler } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect } from 'vitest';
import type { Exercise, Note } from './checks.ts';

type UnaryCall = ServiceHandler<typeof StreamingService, 'unaryCall'>;

/** Declares the checks of `src/client.ts`. */
export function clientChecks(load: Load<Exercise>['client']): void {
  const start = async ({ serve }: CheckContext, unaryCall: UnaryCall) => {
    const { sendAll } = await load();
    return { sendAll, server: await serve(StreamingService, { unaryCall }) };
  };
  const notes = (...contents: string[]): Note[] => contents.map((content) => ({ sender: 'ada', content }));
  const echo: UnaryCall = ({ request }, callback) => callback(null, { content: `Echo: ${request.content}` });

  check(
    'resolves with the answers, in the order of the messages, to the last digit',
    {
      hints: {
        'L1-08':
          'The call was over before it began. A timeout is a length, a deadline is a moment. Which of the two does the `deadline` of a call take, and in which unit?',
        'L1-10':
          '`timestamp` did not survive the way through your code. An int64 field is a `bigint`; a JavaScript number is exact up to 2^53 only, and JSON has no bigint. What did you turn it into?',
        'L1-15':
          'The channel was closed while calls were under way. Closing it is the last thing to do; a `finally` runs as soon as the block before it is left. What has to be over by then, and who waits for it?',
      },
      otherwise:
        'The server answers the last message first. What does `sendAll` resolve with, and in which order?',
    },
    async (context) => {
      const pending: Array<() => void> = [];
      const timestamp = 9_007_199_254_740_993n;
      const { sendAll, server } = await start(context, ({ request }, callback) => {
        pending.push(() => callback(null, { content: `Echo: ${request.content}`, timestamp }));
      });
      let received: Message[] = [];
      context.diagnose({
        'L1-08': ({ label }) => label.includes('DEADLINE_EXCEEDED'),
        'L1-15': ({ label }) => /channel.*(closed|shut)/i.test(label),
        'L1-10': ({ label }) =>
          label.includes('BigInt') || received.some((answer) => answer.timestamp !== timestamp),
      });
      const sending = sendAll(server.address, notes('a', 'b', 'c'), 60_000);
      received = await answerLatestFirst(server, pending, sending);
      expect(
        received.map(({ content }) => content),
        'contents of the answers to a, b and c',
      ).toEqual(['Echo: a', 'Echo: b', 'Echo: c']);
      for (const answer of received) expect(answer.timestamp, 'timestamp of an answer').toBe(timestamp);
      expect(await sendAll(server.address, [], 60_000), 'answers to no message').toEqual([]);
    },
  );

  check(
    'rejects with the code and the details of a call that failed',
    {
      hints: {
        'L1-03':
          'The failure reached your process and nobody had it in hand: it was thrown where no caller could catch it. Which of the two functions of a promise is for bad news?',
        'L1-06':
          'The server said no and `sendAll` resolved all the same. Its caller has to look into the answers to notice, and will not. How does a promise say no?',
        'L1-07':
          'The code was lost on the way: your caller knows that something failed, and not whether to try again. What does the error that grpc-js hands you carry besides its text?',
      },
      otherwise: 'The server refuses the second of three messages. What does the caller of `sendAll` get?',
    },
    async (context) => {
      const { sendAll, server } = await start(context, (call, callback) => {
        if (call.request.content !== 'b') return echo(call, callback);
        callback({ code: status.RESOURCE_EXHAUSTED, details: 'the store is full' });
      });
      let rejected: boolean | undefined;
      let failed: unknown;
      context.diagnose({
        'L1-03': ({ crash }) => crash !== undefined,
        'L1-06': () => rejected === false && server.calls.length > 0,
        'L1-07': () => rejected === true && codeOf(failed) !== status.RESOURCE_EXHAUSTED,
      });
      await sendAll(server.address, notes('a', 'b', 'c'), 60_000).then(
        () => {
          rejected = false;
        },
        (error: unknown) => {
          rejected = true;
          failed = error;
        },
      );
      expect(codeOf(failed), 'code that `sendAll` rejected with').toBe(status.RESOURCE_EXHAUSTED);
      expect((failed as { details?: string }).details, 'details of the error').toBe('the store is full');
    },
  );

  check(
    'gives every call a deadline',
    {
      hints: {
        'L1-08':
          'The call was over before it began, or could live far longer than you wanted. A timeout is a length, a deadline is a moment. Which of the two does the `deadline` of a call take, and in which unit?',
        'L1-09':
          'The server saw a call without any deadline. grpc-js sets none by itself and ignores options that it does not know. Under which name does it take the moment at which a call has to be over?',
      },
      otherwise:
        'The server looks at how much time each call has left when it arrives. How much should that be?',
    },
    async (context) => {
      const { sendAll, server } = await start(context, echo);
      const timeoutMs = 60_000;
      let failed: unknown;
      const left = () => server.calls.map(({ deadlineMs, startedMs }) => deadlineMs - startedMs);
      context.diagnose({
        'L1-09': () => left().some((ms) => ms === Number.POSITIVE_INFINITY),
        'L1-08': () =>
          left().some((ms) => ms > 2 * timeoutMs || ms < timeoutMs / 2) ||
          codeOf(failed) === status.DEADLINE_EXCEEDED,
      });
      failed = await sendAll(server.address, notes('a', 'b', 'c'), timeoutMs).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(codeOf(failed), 'code that `sendAll` rejected with, well within the timeout').toBe(undefined);
      expect(server.calls.length, 'calls for three messages').toBe(3);
      for (const ms of left()) {
        expect(ms, 'milliseconds left when a call arrived').toBeGreaterThan(timeoutMs / 2);
        expect(ms, 'milliseconds left when a call arrived').toBeLessThanOrEqual(timeoutMs + 1000);
      }
    },
  );

  check(
    'ends a call that is never answered by its deadline',
    {
      hints: {
        'L1-08':
          'The deadline was nowhere near: your call still waits. A deadline is a moment, in milliseconds since 1970. What is the distance between yours and now?',
        'L1-09':
          'Nothing ended the call: grpc-js sets no deadline by itself and ignores options that it does not know. What does it call the moment at which a call has to be over?',
      },
      otherwise: 'The server never answers, and the timeout is 100 ms. What should your caller get?',
    },
    async (context) => {
      const { sendAll, server } = await start(context, () => {});
      context.diagnose({
        'L1-09': () => server.calls[0]?.deadlineMs === Number.POSITIVE_INFINITY,
        'L1-08': ({ symptom }) => symptom !== undefined,
      });
      const failed = await sendAll(server.address, notes('is anybody there?'), 100).then(
        () => undefined,
        (error: unknown) => error,
      );
      expect(codeOf(failed), 'code that `sendAll` rejected with').toBe(status.DEADLINE_EXCEEDED);
    },
  );

  check(
    'uses one connection for all calls and closes it, also after a failure',
    {
      hints: {
        'L1-15':
          'A channel carries any number of calls, at the same time, over one connection, and it stays open until somebody closes it. How many did you create, and on which ways out of your function is it closed?',
      },
      otherwise:
        'The check counts the connections that your function opens and waits until none is left. What is still open when your function is done?',
    },
    async (context) => {
      const { sendAll, server } = await start(context, (call, callback) => {
        if (call.request.content !== 'fail') return echo(call, callback);
        callback({ code: status.UNAVAILABLE, details: 'try later' });
      });
      const many = Array.from({ length: 20 }, (_, index) => `message ${index}`);
      context.diagnose({ 'L1-15': () => server.connections.opened > 1 || server.connections.open > 0 });
      await sendAll(server.address, notes(...many), 60_000);
      expect(server.connections.opened, 'connections opened for 20 calls').toBe(1);
      await server.connections.allClosed();
      await expect(
        sendAll(server.address, notes('fail', 'a'), 60_000),
        'a refused message',
      ).rejects.toThrow();
      await server.connections.allClosed();
    },
  );
}

/** Answers what has arrived, the latest first, until `done` is settled; it does not matter how many come at once. */
async function answerLatestFirst<T>(
  server: Served<typeof StreamingService>,
  pending: Array<() => void>,
  done: Promise<T>,
): Promise<T> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  done.then(settle, settle);
  while (!settled) {
    await server.barrier(5);
    pending.pop()?.();
  }
  return done;
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
