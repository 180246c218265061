import { status } from '@grpc/grpc-js';
import { check, type Load, nameOf } from '@streamlings/grading';
import { type DepartureState, DepartureStateSchema } from '@streamlings/proto/streamlings/ferry/v1/ferry';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import { createTimetable, makeSailings, secret } from './scripted-timetable.ts';
import { serveFerry } from './serve-ferry.ts';
import type { Sailing } from './src/timetable.ts';

const [sailing] = makeSailings(1) as [Sailing];

/** Declares the checks of `GetDeparture`. */
export function getDepartureChecks(load: Load<Exercise>['server']): void {
  check(
    'answers with the departure that was asked for, its fare to the last cent',
    {
      hints: {
        'L1-10':
          'The fare has changed on its way. A JavaScript number is exact up to 2^53 only, and an int64 field is a `bigint` on both sides. Where did it become something else?',
      },
      otherwise: 'The client asks for `J1`. What should it get, field by field?',
    },
    async (context) => {
      const fareCents = 9_007_199_254_740_993n;
      const server = await serveFerry(context, load, createTimetable([{ ...sailing, fareCents }]));
      const { code, details, message } = await server.unary('getDeparture', { id: 'J1' });
      const departure = message?.departure;
      context.diagnose({ 'L1-10': ({ label }) => label.startsWith('fare_cents') || /BigInt/.test(details) });
      expect(nameOf(code), 'status').toBe(nameOf(status.OK));
      expect(departure?.id, 'id of the departure').toBe('J1');
      expect(departure?.harbour, 'harbour of the departure').toBe('Juist');
      expect(departure?.fareCents, 'fare_cents of the departure').toBe(fareCents);
    },
  );

  check(
    'tells when it leaves, to the millisecond',
    {
      hints: {
        'L1-12':
          'A Timestamp has seconds since 1970 and, apart from them, nanoseconds. In which unit does a `Date` count, and what became of the rest?',
      },
      otherwise: 'The ferry leaves 2026-07-01T08:01:00.001Z. What does your Timestamp say?',
    },
    async (context) => {
      const departsAt = new Date('2026-07-01T08:01:00.001Z');
      const server = await serveFerry(context, load, createTimetable([{ ...sailing, departsAt }]));
      const { message } = await server.unary('getDeparture', { id: 'J1' });
      const { seconds, nanos } = message?.departure?.departsAt ?? {};
      context.diagnose({ 'L1-12': () => seconds !== undefined });
      expect(seconds, 'seconds of departs_at').toBe(1_782_892_860n);
      expect(nanos, 'nanos of departs_at').toBe(1_000_000);
    },
  );

  check(
    'tells the state of every departure',
    {
      hints: {
        'W1-03':
          'What the timetable calls its states and what the contract calls them are two languages. A word that nobody translates arrives as 0. Who translates, and is every word in the dictionary?',
      },
      otherwise: 'The timetable knows three states. What arrives for each of them?',
    },
    async (context) => {
      const states = ['on time', 'delayed', 'cancelled'] as const;
      const sailings = states.map((state, index) => ({ ...sailing, id: `J${index}`, state }));
      const server = await serveFerry(context, load, createTimetable(sailings));
      const outcomes = await Promise.all(sailings.map(({ id }) => server.unary('getDeparture', { id })));
      const received = outcomes.map(({ message }) => message?.departure?.state);
      context.diagnose({ 'W1-03': () => received.some((state) => state !== undefined) });
      expect(received.map(stateOf), 'states of a ferry on time, a delayed and a cancelled one').toEqual([
        'ON_TIME',
        'DELAYED',
        'CANCELLED',
      ]);
    },
  );

  check(
    'answers a missing id, an unknown one and a broken timetable with the status that fits',
    {
      hints: {
        'L1-04':
          'What your timetable said of itself has reached a stranger. Which of its words help a client, and which help whoever wants to break in?',
        'L1-06':
          'The client got OK and nothing in it. It has to look inside to notice that something is wrong, and will not. How does a call say no?',
        'L1-07':
          'Three things that a client can do about: ask differently, give up, try later. Does your code tell them apart?',
      },
      otherwise:
        'A request without an id, one for a ferry that does not exist, one while the timetable is broken: what does the contract say of each?',
    },
    async (context) => {
      const server = await serveFerry(context, load, createTimetable([sailing]));
      const broken = await serveFerry(context, load, createTimetable([], { failsToFind: true }));
      const outcomes = [
        await server.unary('getDeparture', {}),
        await server.unary('getDeparture', { id: 'X1' }),
        await broken.unary('getDeparture', { id: 'J1' }),
      ];
      const codes = outcomes.map(({ code }) => code);
      context.diagnose({
        'L1-04': () => outcomes.some(({ details }) => details.includes(secret)),
        'L1-06': () => codes.includes(status.OK),
        'L1-07': () => true,
      });
      expect(codes.map(nameOf), 'statuses of no id, an unknown id, a broken timetable').toEqual(
        [status.INVALID_ARGUMENT, status.NOT_FOUND, status.INTERNAL].map(nameOf),
      );
      expect(outcomes[2]?.details, 'details of the failure').not.toContain(secret);
    },
  );
}

function stateOf(state: DepartureState | undefined): string {
  return state === undefined ? 'no answer' : (DepartureStateSchema.value[state]?.localName ?? String(state));
}
