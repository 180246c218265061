import { durationMs } from '@bufbuild/protobuf/wkt';
import { type sendUnaryData, status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf } from '@streamlings/grading';
import { createAsyncClient, StatusError } from '@streamlings/grpc';
import { RetryInfoSchema } from '@streamlings/grpc/google/rpc/error_details';
import { CarrierService, type GetPriceResponse } from '@streamlings/proto/streamlings/parcel/v1/parcel';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import { hear, rejectionOf } from './statuses.ts';

/** What the starter says. */
const MAX_FAILURES = 3;
const REST_MS = 10_000;

/** Declares the checks of `src/breaker.ts`. */
export function breakerChecks(load: Load<Exercise>['breaker']): void {
  /** Serves a carrier that answers as it is told, or when it is told to, and a breaker before it. */
  const start = async ({ world, controls, serve }: CheckContext) => {
    const { createBreaker } = await load();
    let answer: status | 'later' = status.OK;
    const waiting: Array<sendUnaryData<GetPriceResponse>> = [];
    const carrier = await serve(CarrierService, {
      getPrice: (_call, callback) => {
        if (answer === 'later') waiting.push(callback as sendUnaryData<GetPriceResponse>);
        else reply(callback as sendUnaryData<GetPriceResponse>, answer);
      },
    });
    const client = createAsyncClient(CarrierService, carrier.client);
    const breaker = createBreaker(world.clock);
    /** Makes a call through the breaker, and resolves with what its caller catches. */
    const run = (signal?: AbortSignal) =>
      rejectionOf(breaker.run(() => client.getPrice({}, signal ? { signal } : {})));
    /** Makes calls one after the other that the carrier answers like that; resolves with the code of the last. */
    const runMany = async (code: status, count = 1) => {
      answer = code;
      let error: unknown;
      for (let each = 0; each < count; each++) error = await run();
      return hear(error);
    };
    /** Makes a call that the carrier answers when `end` is called. */
    const hold = async () => {
      answer = 'later';
      const signal = new AbortController();
      const position = carrier.calls.length + 1;
      const over = run(signal.signal);
      await Promise.race([carrier.call(position), over]);
      const reached = carrier.calls.length === position;
      const callback = reached ? waiting.at(-1) : undefined;
      return {
        reached,
        end: async (code: status) => {
          if (code === status.CANCELLED) signal.abort();
          else if (callback) reply(callback, code);
          return hear(await over);
        },
      };
    };
    const open = () => runMany(status.UNAVAILABLE, MAX_FAILURES);
    return { carrier, run, runMany, hold, open, clock: controls.clock };
  };
  const OK = nameOf(status.OK);
  const AWAY = nameOf(status.UNAVAILABLE);

  check(
    'makes calls and gives on what becomes of them, until three in a row have failed',
    {
      hints: {
        'W2-23':
          'The breaker has opened, and the carrier had answered in between. Three failures in a row, with nothing else between them, say that nobody is there; three in a day say nothing. What does an answer do to your count?',
        'W2-24':
          'Three calls in a row have failed, and the next one was made all the same. What should happen to it, and who saves what by that?',
      },
      otherwise:
        'Calls that succeed, calls that fail once or twice, calls that fail three times in a row. Which calls reach the carrier?',
    },
    async (context) => {
      const { carrier, runMany, open } = await start(context);
      let isOpen = false;
      context.diagnose({ 'W2-24': () => isOpen, 'W2-23': () => carrier.calls.length > 2 });
      expect(await runMany(status.OK), 'what the caller of a good call hears').toBe(OK);
      for (const code of [status.UNAVAILABLE, status.DEADLINE_EXCEEDED]) {
        for (let round = 0; round < 3; round++) {
          expect(await runMany(code, MAX_FAILURES - 1), 'what the caller of a failing call hears').toBe(
            nameOf(code),
          );
          expect(await runMany(status.OK), 'what the caller of the next good call hears').toBe(OK);
        }
      }
      const before = carrier.calls.length;
      await open();
      expect(carrier.calls.length - before, 'calls that reach the carrier before the breaker opens').toBe(3);
      isOpen = true;
      expect(await runMany(status.OK, 5), 'what a caller hears while the breaker is open').toBe(AWAY);
      expect(carrier.calls.length - before, 'calls that have reached the carrier in all').toBe(3);
    },
  );

  check(
    'tells whoever it refuses how long it will rest',
    {
      hints: {
        'W2-07':
          'The caller was refused and not told for how long, though you know it to the millisecond. What will it do with what it was told?',
      },
      otherwise: 'The breaker is open, and some time has passed. What does the RetryInfo of a refusal say?',
    },
    async (context) => {
      const { carrier, run, open, clock } = await start(context);
      context.diagnose({ 'W2-07': () => carrier.calls.length > 0 });
      await open();
      for (const [passedMs, leftMs] of [
        [0, REST_MS],
        [2500, 7500],
        [7499, 1],
      ] as const) {
        await clock.advance(passedMs);
        const error = await run();
        expect(hear(error), 'what a caller hears while the breaker is open').toBe(AWAY);
        const [info] = error instanceof StatusError ? error.findDetails(RetryInfoSchema) : [];
        expect(info?.retryDelay && durationMs(info.retryDelay), 'milliseconds to wait').toBe(leftMs);
      }
    },
  );

  check(
    'takes for a failure only what says that nobody is there',
    {
      hints: {
        'W2-25':
          'The carrier has answered, with a refusal, and your breaker keeps everybody away from it. A wrong request of one client would lock out all the others. Which codes say that the carrier is not there?',
        'W2-26':
          'Clients have left, and your breaker took it for a word about the carrier: as a failure, or as a sign of life. What does CANCELLED say about somebody who was not heard?',
      },
      otherwise:
        'The carrier refuses ten calls for good reasons, and clients leave ten others. Is the breaker open?',
    },
    async (context) => {
      const { runMany, hold, carrier } = await start(context);
      let leaving = false;
      context.diagnose({
        'W2-26': () => leaving && carrier.calls.length > 0,
        'W2-25': () => carrier.calls.length > 0,
      });
      for (const code of [
        status.INVALID_ARGUMENT,
        status.NOT_FOUND,
        status.PERMISSION_DENIED,
        status.INTERNAL,
      ]) {
        expect(await runMany(code, MAX_FAILURES + 1), 'what the caller of a refused call hears').toBe(
          nameOf(code),
        );
      }
      leaving = true;
      for (let each = 0; each <= MAX_FAILURES; each++) {
        const { reached, end } = await hold();
        expect(reached, 'whether a call reaches the carrier after others have left').toBe(true);
        await end(status.CANCELLED);
      }
      await runMany(status.UNAVAILABLE, MAX_FAILURES - 1);
      await (await hold()).end(status.CANCELLED);
      const before = carrier.calls.length;
      await runMany(status.UNAVAILABLE, MAX_FAILURES);
      expect(
        carrier.calls.length - before,
        'calls that reach it after two failures and a client that left',
      ).toBe(1);
    },
  );

  check(
    'lets one call try after the rest, and refuses the others meanwhile',
    {
      hints: {
        'W2-27':
          'The rest is over, and more than one call was made: whoever has waited comes at once, and falls upon a carrier that has just come back. How many do you need to find out whether it is there?',
        'W2-28':
          'The trial has failed, and the breaker did not rest for the whole time again, or let more calls through. What has the trial told you?',
        'W2-29':
          'The trial was good, and calls are still refused; or one failure opened the breaker again. What does a good trial do to all that you have counted?',
      },
      otherwise:
        'The rest is over, and five calls come at once. Which of them reach the carrier? What if the first one fails, or succeeds?',
    },
    async (context) => {
      const { carrier, run, runMany, hold, open, clock } = await start(context);
      let phase = 'trial';
      context.diagnose({
        'W2-27': () => phase === 'trial' && carrier.calls.length > MAX_FAILURES + 1,
        'W2-28': () => phase === 'failed',
        'W2-29': () => phase === 'good',
      });
      await open();
      await clock.advance(REST_MS);
      const trial = await hold();
      expect(trial.reached, 'whether a call reaches the carrier after the rest').toBe(true);
      const others = Promise.all([run(), run(), run()]);
      await Promise.race([others, carrier.call(MAX_FAILURES + 2)]);
      expect(carrier.calls.length, 'calls that have reached the carrier').toBe(MAX_FAILURES + 1);
      const heard = (await others).map((error) => hear(error));
      expect(heard, 'what others hear during the trial').toEqual([AWAY, AWAY, AWAY]);
      phase = 'failed';
      await trial.end(status.DEADLINE_EXCEEDED);
      await clock.advance(REST_MS - 1);
      expect(await runMany(status.OK, 3), 'what a caller hears 1 ms before the end of the second rest').toBe(
        AWAY,
      );
      await clock.advance(1);
      const second = await hold();
      expect(second.reached, 'whether a call reaches the carrier after the second rest').toBe(true);
      phase = 'good';
      expect(await second.end(status.NOT_FOUND), 'what the caller of the trial hears').toBe(
        nameOf(status.NOT_FOUND),
      );
      await runMany(status.UNAVAILABLE, MAX_FAILURES - 1);
      const [first, other] = [await hold(), await hold()];
      expect(
        [first.reached, other.reached],
        'whether two calls at once reach the carrier after a good trial and two failures',
      ).toEqual([true, true]);
      await Promise.all([first.end(status.OK), other.end(status.OK)]);
    },
  );

  check(
    'learns nothing from a trial whose client leaves, nor from calls that began before it opened',
    {
      hints: {
        'W2-26':
          'The client of the trial has left, and nothing was learned. Your breaker believes that the trial still runs, or that it is over. Who tries next?',
        'W2-30':
          'A call that began before the breaker opened has ended, and changed what the breaker does now. It speaks of a time that is over. How can you tell its word from that of a trial?',
      },
      otherwise:
        'The client of a trial leaves; old calls end while the breaker is open. What should each of them change?',
    },
    async (context) => {
      const { carrier, runMany, hold, open, clock } = await start(context);
      let old = true;
      context.diagnose({ 'W2-30': () => old && carrier.calls.length > 0, 'W2-26': () => !old });
      const good = await hold();
      const failing = await hold();
      await open();
      await clock.advance(REST_MS / 2);
      await good.end(status.OK);
      expect(await runMany(status.OK), 'what a caller hears after an old call has succeeded').toBe(AWAY);
      await failing.end(status.UNAVAILABLE);
      await clock.advance(REST_MS / 2);
      const trial = await hold();
      expect(trial.reached, 'whether a call is made after the rest, an old call having failed').toBe(true);
      old = false;
      await trial.end(status.CANCELLED);
      const next = await hold();
      expect(next.reached, 'whether the next call is the trial, the client of the first having left').toBe(
        true,
      );
      expect(await runMany(status.OK), 'what others hear during that trial').toBe(AWAY);
      expect(await next.end(status.OK), 'what the caller of the trial hears').toBe(OK);
      expect(await runMany(status.OK, 3), 'what callers hear after it').toBe(OK);
    },
  );
}

function reply(callback: sendUnaryData<GetPriceResponse>, code: status): void {
  if (code === status.OK) callback(null, {} as GetPriceResponse);
  else callback({ code, details: 'told so' });
}
