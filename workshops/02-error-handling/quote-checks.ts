import { Metadata, status } from '@grpc/grpc-js';
import {
  type CallRecord,
  type CheckContext,
  check,
  type Load,
  nameOf,
  type Served,
} from '@streamlings/grading';
import { createAsyncClient, type ServiceHandlers } from '@streamlings/grpc';
import { CarrierService, ParcelService } from '@streamlings/proto/streamlings/parcel/v1/parcel';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import { adapt, textOf } from './statuses.ts';

/** What a failing carrier says, and no client should hear. */
const SECRET = 'carrier-7.internal';
/** The time of the starter for calls without a deadline. */
const DEFAULT_TIMEOUT_MS = 2000;
/** What a handler may keep for itself of the time that is left. */
const MARGIN_MS = 1000;
/** How long the register lets a handler wait, so that time is lost that can be seen. */
const DELAY_MS = 20;

type GetPrice = ServiceHandlers<typeof CarrierService>['getPrice'];

/** Declares the checks of `src/quote.ts`. */
export function quoteChecks(load: Load<Exercise>['quote']): void {
  /** Serves a carrier, and the office before it. */
  const start = async ({ world, controls, serve }: CheckContext, getPrice: GetPrice) => {
    const { handlers } = await load();
    const carrier = await serve(CarrierService, { getPrice });
    const client = createAsyncClient(CarrierService, carrier.client);
    const office = await serve(ParcelService, adapt(ParcelService, handlers(world.store, client)));
    controls.store.entries.set('p1', '1200');
    return { office, carrier };
  };

  check(
    "tells the carrier's price for a parcel that is registered",
    {
      hints: {
        'L1-07':
          'There is no such parcel. Nothing is broken, neither here nor at the carrier: what was asked for does not exist. Which code says that, and does the carrier have to be asked?',
      },
      otherwise: 'One parcel is registered, another is not. What does the carrier hear, and what the client?',
    },
    async (context) => {
      const weights: number[] = [];
      const price = { currencyCode: 'EUR', minorUnits: 9_007_199_254_740_993n };
      const { office } = await start(context, ({ request }, callback) => {
        weights.push(request.weightGrams);
        callback(null, { price });
      });
      let parcel = 'p1';
      context.diagnose({ 'L1-07': () => parcel === 'p2' });
      const quoted = await office.unary('quote', { parcelId: 'p1' });
      expect(nameOf(quoted.code), 'status for a registered parcel').toBe(nameOf(status.OK));
      expect(quoted.message?.price, 'price').toMatchObject(price);
      parcel = 'p2';
      const missing = await office.unary('quote', { parcelId: 'p2' });
      expect(nameOf(missing.code), 'status for an unknown parcel').toBe(nameOf(status.NOT_FOUND));
      expect(weights, 'weights that the carrier was asked about').toEqual([1200]);
    },
  );

  check(
    'gives the carrier what is left of the time, and no more',
    {
      hints: {
        'L1-08':
          'The carrier was given time without end, or far less than there is. Nothing hands on a deadline by itself: a call has none unless you set one. What do you know of the time that is left?',
        'W2-11':
          'The carrier has more time than your client will wait. The register has used some of it, and at each hop the clock of a new timeout starts at zero. What does not start anew, however many hops there are?',
      },
      otherwise:
        'A client waits for 30 seconds at most, and the register takes some of it. How long may the carrier take? And how long, where the client sets no deadline?',
    },
    async (context) => {
      const { office, carrier } = await start(context, (_call, callback) => callback(null, {}));
      let granted: number | undefined;
      let least = 0;
      let most = 0;
      context.diagnose({
        'L1-08': () => carrier.calls.length > 0 && (granted === undefined || granted < least),
        'W2-11': () => granted !== undefined && granted > most,
      });
      for (const [index, timeoutMs] of [30_000, 90_000, undefined].entries()) {
        const release = context.controls.store.hold();
        const options = timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
        const quoted = new Promise((resolve) => office.client.quote({ parcelId: 'p1' }, options, resolve));
        const asked = await office.call(index + 1);
        while (Date.now() < asked.startedMs + DELAY_MS) await office.barrier();
        const releasedMs = Date.now();
        release();
        const call = await Promise.race([carrier.call(index + 1), quoted]);
        const client = timeoutMs === undefined ? 'no time' : `${timeoutMs / 1000} s`;
        expect(call, `the call to the carrier for a client that gives ${client}`).toMatchObject({
          method: 'getPrice',
        });
        granted = await readTimeout(carrier, index);
        // The call was made between these two moments, and gRPC counts in whole milliseconds, rounded up.
        const { startedMs } = call as CallRecord;
        const deadlineMs = timeoutMs === undefined ? releasedMs + DEFAULT_TIMEOUT_MS : asked.deadlineMs;
        most = deadlineMs - releasedMs + 1;
        least = deadlineMs - startedMs - MARGIN_MS;
        const what = `milliseconds that the carrier was given for a client that gives ${client}`;
        expect(granted, what).toBeLessThanOrEqual(most);
        expect(granted, what).toBeGreaterThanOrEqual(least);
        await quoted;
      }
    },
  );

  check(
    'stops the carrier when the client leaves',
    {
      hints: {
        'L6-02':
          'The client has left, and the carrier still works on its price. A cancelled call tells its own handler and nobody behind it. What tells the handler, and which of your calls should hear of it?',
      },
      otherwise: 'A client leaves while the carrier thinks. Who should notice, and when?',
    },
    async (context) => {
      const { office, carrier } = await start(context, () => {});
      context.diagnose({ 'L6-02': () => carrier.calls.length > 0 });
      const ended = Promise.withResolvers<unknown>();
      const deadline = Date.now() + 60_000;
      const call = office.client.quote({ parcelId: 'p1' }, { deadline }, ended.resolve);
      const asked = await Promise.race([carrier.call(1), ended.promise]);
      expect(asked, 'whether the carrier was asked').toMatchObject({ method: 'getPrice' });
      call.cancel();
      await office.barrier(5);
      await carrier.barrier(5);
      expect((asked as CallRecord).cancelled, 'whether the carrier has heard that nobody waits').toBe(true);
    },
  );

  check(
    'answers for the carrier, in words of its own',
    {
      hints: {
        'W2-12':
          'The carrier has refused you, and your client reads that it was refused: with a code that tells it to do something that it cannot do. Whose argument, whose token, whose parcel was wrong, seen from the carrier? And who is to blame, seen from the client?',
        'L1-04':
          'Text or trailers of the carrier have reached your client. They tell a stranger whom you work with, and how. What of a failed call behind you does it need?',
        'L1-07':
          'The carrier cannot be reached, or has no time, and that may be over in a moment. Your client should know that it may ask again. Which codes say so, and which say that somebody has to be called?',
      },
      otherwise:
        'The carrier fails in eight ways. Which of them can your client do something about, and what?',
    },
    async (context) => {
      let answer: status = status.OK;
      const trailers = new Metadata();
      trailers.set('x-node', SECRET);
      const { office } = await start(context, (_call, callback) => {
        callback({ code: answer, details: `${SECRET} says no`, metadata: trailers });
      });
      let code: status = status.OK;
      let told = '';
      const passes = [status.UNAVAILABLE, status.DEADLINE_EXCEEDED];
      context.diagnose({
        'L1-07': () => passes.includes(answer) && code !== answer && code !== status.UNIMPLEMENTED,
        'W2-12': () => !passes.includes(answer) && code === answer,
        'L1-04': () => told.includes(SECRET),
      });
      const refusals = [
        status.INVALID_ARGUMENT,
        status.NOT_FOUND,
        status.PERMISSION_DENIED,
        status.UNAUTHENTICATED,
        status.UNIMPLEMENTED,
        status.UNKNOWN,
      ];
      for (answer of [...passes, ...refusals]) {
        const outcome = await office.unary('quote', { parcelId: 'p1' });
        ({ code } = outcome);
        told = textOf(outcome);
        const expected = passes.includes(answer) ? answer : status.INTERNAL;
        expect(nameOf(code), `status when the carrier says ${status[answer]}`).toBe(nameOf(expected));
        expect(told, `what the client is told when the carrier says ${status[answer]}`).not.toContain(SECRET);
      }
    },
  );
}

const UNITS_MS: Record<string, number> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };

/** Reads the timeout of a call from its headers, in milliseconds; undefined if it has none. */
async function readTimeout(
  carrier: Served<typeof CarrierService>,
  index: number,
): Promise<number | undefined> {
  const { streams } = await carrier.wire();
  const [, value, unit = ''] = /^(\d+)([HMSmun])$/.exec(streams[index]?.timeout ?? '') ?? [];
  return value === undefined ? undefined : Number(value) * (UNITS_MS[unit] ?? Number.NaN);
}
