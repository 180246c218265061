import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf } from '@streamlings/grading';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import { createTimetable, makeSailings, secret, type TimetableScript } from './scripted-timetable.ts';
import { serveFerry } from './serve-ferry.ts';
import type { Sailing } from './src/timetable.ts';

/** Declares the checks of `ListDepartures`. */
export function listDeparturesChecks(load: Load<Exercise>['server']): void {
  const start = async (context: CheckContext, sailings: Sailing[], script?: TimetableScript) => {
    const timetable = createTimetable(sailings, script);
    const server = await serveFerry(context, load, timetable);
    const list = (harbour: string) => server.read(server.client.listDepartures({ harbour }));
    return { timetable, server, list };
  };

  check(
    'sends the departures to a harbour in their order and ends with OK',
    {
      hints: {
        'L2-03':
          'All messages have arrived, and the call is still open: the client cannot know that there are no more. What says so, once everything is sent?',
      },
      otherwise:
        'There are five sailings to Juist and one to Baltrum. What should arrive, and how does it end?',
    },
    async (context) => {
      const sailings = makeSailings(5);
      const { list } = await start(context, [...sailings, ...makeSailings(1, 'Baltrum')]);
      const peer = list('Juist');
      context.diagnose({
        'L2-03': ({ label }) => peer.received.length === 5 && !label.startsWith('departures'),
      });
      const { code } = await peer.outcome;
      const ids = peer.received.map(({ departure }) => departure?.id);
      expect(nameOf(code), 'status').toBe(nameOf(status.OK));
      expect(ids, 'departures to Juist').toEqual(['J1', 'J2', 'J3', 'J4', 'J5']);
      expect(peer.received[1]?.departure?.departsAt?.nanos, 'nanos of the second').toBe(1_000_000);
    },
  );

  check(
    'sends each departure as soon as it is known',
    {
      hints: {
        'L2-06':
          'The timetable has told one departure and takes its time with the next, and your client has seen nothing. What does your code wait for before it sends?',
      },
      otherwise:
        'The timetable knows one departure and is looking for the second. What has the client by then?',
    },
    async (context) => {
      const { list, timetable } = await start(context, makeSailings(2), { released: 1 });
      const peer = list('Juist');
      context.diagnose({ 'L2-06': () => peer.received.length === 0 && timetable.open > 0 });
      const first = await peer.message(1);
      expect(first?.departure?.id, 'the first departure, before the second is known').toBe('J1');
      peer.cancel();
    },
  );

  check(
    'refuses a request without a harbour',
    {
      hints: {
        'L1-07':
          'The call has failed as if something in the server were broken, or has ended as if there were no ferries. Whose turn is it to do something about this request?',
      },
      otherwise: 'Nobody said where to go. What does the contract say to that?',
    },
    async (context) => {
      const { list } = await start(context, makeSailings(2));
      const { code } = await list('').outcome;
      context.diagnose({ 'L1-07': () => code !== status.UNIMPLEMENTED });
      expect(nameOf(code), 'status').toBe(nameOf(status.INVALID_ARGUMENT));
    },
  );

  check(
    'ends with INTERNAL where the timetable fails in the middle',
    {
      hints: {
        'L2-08':
          'Three of five departures arrived, and then OK: the client shows a timetable that looks complete. What should it know, and how can it?',
        'L1-04': 'What your timetable said of itself has reached a stranger. Who is that text for?',
      },
      otherwise:
        'The timetable fails after three departures. How does the client learn that there were more?',
    },
    async (context) => {
      const { list } = await start(context, makeSailings(5), { failAfter: 3 });
      const { code, details } = await list('Juist').outcome;
      context.diagnose({
        'L1-04': () => details.includes(secret),
        'L2-08': () => code === status.OK,
      });
      expect(nameOf(code), 'status').toBe(nameOf(status.INTERNAL));
      expect(details, 'details of the failure').not.toContain(secret);
    },
  );

  check(
    'lets go of the timetable when the client leaves',
    {
      hints: {
        'L2-02':
          'The client is gone, and somebody still holds the timetable open: waiting for a departure that nobody will read. Who in your handler hears that the call is over?',
      },
      otherwise:
        'The client cancels while the timetable looks for the next departure. Who tells the timetable?',
    },
    async (context) => {
      const { list, server, timetable } = await start(context, makeSailings(3), { released: 2 });
      const peer = list('Juist');
      context.diagnose({ 'L2-02': () => timetable.open > 0 });
      const second = await peer.message(2);
      expect(second?.departure?.id, 'the second departure').toBe('J2');
      peer.cancel();
      await server.barrier(5);
      expect(timetable.open, 'walks through the timetable that are still open').toBe(0);
    },
  );
}
