import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf, type PeerStream } from '@streamlings/grading';
import {
  ObservatoryService,
  type Sighting,
  SlowClientPolicy,
} from '@streamlings/proto/streamlings/observatory/v1/observatory';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';

const { UNSPECIFIED, DROP_OLDEST, CONFLATE, DISCONNECT } = SlowClientPolicy;

/** How many sightings may wait, as the contract says. */
const MAX_WAITING = 100;
/** Messages that the queue of a call takes on top. */
const QUEUE = 16;
/** Sightings that fill the windows and the call's queues, and leave less than half of MAX_WAITING in the learner's. */
const FILL = 80;
const PADDING = '.'.repeat(4096);
/** More than any bound. */
const BURST = 2000;
/** Round trips without news after which there is none. */
const QUIET_ROUNDS = 100;

/** Declares the checks of `src/sightings.ts`. */
export function sightingsChecks(load: Load<Exercise>['sightings']): void {
  const start = async ({ world, controls, serve }: CheckContext) => {
    const { handlers } = await load();
    const server = await serve(ObservatoryService, handlers(world));
    const listenersBefore = controls.bus.listeners;
    let published = 0;
    const publish = (object: string, padding = '') => {
      published++;
      controls.bus.publish({ topic: object, text: `place ${published} ${padding}`, level: 1, timeMs: 0 });
    };
    const watch = async (policy: SlowClientPolicy) => {
      const position = server.calls.length + 1;
      const peer = server.read(server.client.watchSightings({ policy }));
      const record = await server.call(position);
      await server.barrier(2);
      return { peer, record };
    };
    /** Has a client hear of one sighting and stand still while its windows are used up; each is of another object. */
    const standStill = async (peer: PeerStream<Sighting>) => {
      publish('first');
      await Promise.race([peer.message(peer.received.length + 1), peer.outcome]);
      expect(peer.received.length, 'sightings that the client has heard of').toBeGreaterThan(0);
      peer.stall();
      for (let i = 1; i < FILL; i++) {
        publish(`filler ${i}`, PADDING);
        if (i % 8 === 0) await server.barrier();
      }
      await server.barrier(5);
    };
    /** Has a client read on until nothing more comes. */
    const catchUp = async (peer: PeerStream<Sighting>) => {
      peer.resume();
      let { length } = peer.received;
      for (let quiet = 0; quiet < QUIET_ROUNDS && placeOf(peer.received.at(-1)) < published; quiet++) {
        await server.barrier();
        if (peer.received.length > length) quiet = 0;
        length = peer.received.length;
      }
      await server.barrier(3);
    };
    return {
      server,
      publish,
      watch,
      standStill,
      catchUp,
      published: () => published,
      leftOver: () => controls.bus.listeners - listenersBefore,
    };
  };

  check(
    'sends each sighting in order, and loses none while at most 100 wait',
    {
      hints: {
        'L5-06':
          'A quick client waits, and so does your handler: for a `drain` that does not come. It follows a false, and this `write()` returned true. When is there something to wait for?',
        'L5-05':
          'Sightings came twice, or not at all. A `write()` that returns false has taken its message like any other. What does false say about the next one, and what about this one?',
      },
      otherwise:
        'For each policy: a client reads, stops for a while, and never has more than 100 to catch up with. Then a burst fills the queue of its call to the brim, so that a `drain` finds nothing to send, and one sighting follows. It should hear everything. A request without a policy should hear INVALID_ARGUMENT, and leave nothing on the bus.',
    },
    async (context) => {
      const { server, publish, watch, standStill, catchUp, published, leftOver } = await start(context);
      let stood = false;
      let isBurst = false;
      let isWrong = false;
      context.diagnose({
        'L5-06': () => isWrong && !stood,
        'L5-05': () => isWrong && stood && !isBurst,
      });
      const unspecified = await watch(UNSPECIFIED);
      const refused = await Promise.race([unspecified.peer.outcome, server.barrier(20)]);
      expect(refused && nameOf(refused.code), 'status of a request without a policy').toBe(
        nameOf(status.INVALID_ARGUMENT),
      );
      expect(leftOver(), 'listeners on the bus that a request without a policy left').toBe(0);
      for (const [name, policy] of Object.entries({ DROP_OLDEST, CONFLATE, DISCONNECT })) {
        const before = published();
        const { peer, record } = await watch(policy);
        const expectAll = (what: string) => {
          const places = peer.received.map(placeOf);
          const all = Array.from({ length: published() - before }, (_, at) => before + at + 1);
          isWrong = peer.received.length > 0 && places.join() !== all.join();
          expect(rangesOf(places), `${name}: places that a client has heard of${what}`).toBe(rangesOf(all));
        };
        stood = false;
        isBurst = false;
        for (const object of ['a', 'b', 'c']) publish(object);
        await catchUp(peer);
        expectAll('');
        stood = true;
        await standStill(peer);
        // Where nothing is conflated, an object that moves twice is news twice.
        const objects = policy === CONFLATE ? MAX_WAITING : 4;
        const waiting = () => published() - before - record.writes;
        for (let i = 0; waiting() < MAX_WAITING && i < MAX_WAITING; i++) publish(`more ${i % objects}`);
        await catchUp(peer);
        expectAll(` after a pause in which ${MAX_WAITING} had to wait`);
        isBurst = true;
        for (const size of [QUEUE - 1, QUEUE, QUEUE + 1]) {
          for (let i = 0; i < size; i++) publish(`burst ${i}`);
          await catchUp(peer);
          publish('one more');
          await catchUp(peer);
          expectAll(` after a burst of ${size}`);
        }
        peer.cancel();
        await server.barrier(2);
      }
    },
  );

  check(
    'keeps a quick client up to date while six others stand still',
    {
      hints: {
        'L4-09':
          'Six clients stand still on the same connection, and the seventh, which reads, hears nothing any more. Their windows are their own; so what do all seven have to wait for in your code?',
      },
      otherwise:
        'Six clients stand still, one reads. What has one client to do with another in your handler?',
    },
    async (context) => {
      const { publish, watch, standStill, catchUp, published } = await start(context);
      const slow = [];
      for (let i = 1; i <= 6; i++) slow.push((await watch(DROP_OLDEST)).peer);
      const { peer: quick } = await watch(DROP_OLDEST);
      publish('first');
      await Promise.race([quick.message(1), quick.outcome]);
      for (const peer of slow.slice(1)) {
        await peer.message(1);
        peer.stall();
      }
      await standStill(slow[0] as PeerStream<Sighting>);
      for (let i = 1; i <= 20; i++) publish(`live ${i}`);
      await catchUp(quick);
      context.diagnose({ 'L4-09': () => quick.received.length > 0 && quick.received.length < published() });
      expect(quick.received.length, 'sightings that the client that reads has heard of').toBe(published());
    },
  );

  check(
    'drops the oldest of what a slow client has not read',
    {
      hints: {
        'L5-03':
          'Everything was written at once, and nothing dropped: HTTP/2 has stopped the socket, and the queue of the call in your process has taken all the rest. Who looks at what `write()` returns?',
        'L4-10':
          'The client has heard everything that happened while it stood still. Somewhere on your side all of it was waiting, and next time it stands still for a day. How long may your queue get, and what happens then?',
      },
      otherwise: `While the client stands still, ${BURST} sightings happen. When it reads on, which of them should it hear of, and which not?`,
    },
    async (context) => {
      const { publish, watch, standStill, catchUp, published } = await start(context);
      const { peer, record } = await watch(DROP_OLDEST);
      await standStill(peer);
      const before = published();
      for (let i = 1; i <= BURST; i++) publish(`burst ${i}`);
      await catchUp(peer);
      const burst = peer.received.map(placeOf).filter((place) => place > before);
      context.diagnose({
        'L5-03': () => burst.length === BURST && record.writesWhileFull > MAX_WAITING,
        'L4-10': () => burst.length > MAX_WAITING + QUEUE,
      });
      expect(burst.length, `sightings heard of after a pause, of ${BURST} in it`).toBeLessThanOrEqual(
        MAX_WAITING + QUEUE,
      );
      const newest = Array.from({ length: burst.length }, (_, at) => published() - burst.length + at + 1);
      expect(burst, 'places heard of after a pause').toEqual(newest);
      expect(burst.length, 'how many were kept for a client that stands still').toBeGreaterThanOrEqual(
        MAX_WAITING / 2,
      );
      expect(record.writesWhileFull, 'sightings written while the call wants no more').toBeLessThanOrEqual(
        QUEUE,
      );
    },
  );

  check(
    'conflates: a slow client hears the latest of each object, and that once',
    {
      hints: {
        'L5-12':
          'The client hears of one place after the other, each long left. Between a bus that does not wait and a stream that does there is always a queue, also where you do not see one: an event iterator keeps everything until it is asked. What is in yours that is out of date?',
      },
      otherwise: `While the client stands still, five objects move ${BURST} times. When it reads on, where should it see each of them?`,
    },
    async (context) => {
      const { server, publish, watch, standStill, catchUp, published } = await start(context);
      const { peer } = await watch(CONFLATE);
      await standStill(peer);
      const before = published();
      for (let i = 1; i <= BURST; i++) publish(`comet ${i % 5}`);
      await catchUp(peer);
      const after = peer.received.filter((sighting) => placeOf(sighting) > before);
      context.diagnose({ 'L5-12': () => after.length > 5 + QUEUE });
      expect(after.length, 'sightings of five objects heard of after a pause').toBeLessThanOrEqual(5 + QUEUE);
      const last = Object.fromEntries(after.map((sighting) => [sighting.object, placeOf(sighting)]));
      const latest = Array.from({ length: 5 }, (_, at) => before + BURST - 4 + at);
      expect(last, 'the last place heard of for each object').toEqual(
        Object.fromEntries(latest.map((place) => [`comet ${(place - before) % 5}`, place])),
      );
      publish('comet 1');
      await Promise.race([peer.message(peer.received.length + 1), peer.outcome]);
      await server.barrier();
      expect(placeOf(peer.received.at(-1)), 'the next place').toBe(published());
    },
  );

  check(
    'ends the call of a slow client with RESOURCE_EXHAUSTED, if that is its policy',
    {
      hints: {
        'L4-10':
          'More than a hundred sightings wait for a client that stands still, and the call goes on. Its policy says that somebody has to give up at that point. Where do you count what waits?',
      },
      otherwise:
        'A client with the policy DISCONNECT stands still while 200 sightings happen. What should the server have done by then, and what should the client hear when it reads on?',
    },
    async (context) => {
      const { server, publish, watch, standStill, leftOver } = await start(context);
      const { peer, record } = await watch(DISCONNECT);
      await standStill(peer);
      expect(record.errors.length, 'statuses sent while less than 100 wait').toBe(0);
      for (let i = 1; i <= 2 * MAX_WAITING; i++) publish(`burst ${i}`);
      await server.barrier(3);
      context.diagnose({ 'L4-10': () => record.errors.length === 0 });
      expect(record.errors.length, 'statuses sent once more than 100 wait').toBe(1);
      expect(leftOver(), 'listeners on the bus after that').toBe(0);
      peer.resume();
      const { code } = await peer.outcome;
      expect(nameOf(code), 'status that the slow client hears').toBe(nameOf(status.RESOURCE_EXHAUSTED));
    },
  );

  check(
    'forgets a client that leaves, also one that stands still',
    {
      hints: {
        'L5-04':
          'The client is gone, and your handler still waits for its `drain`. A call that is over does not drain, so no line behind that `await` runs. What else can end this wait?',
        'L2-02':
          'The client is gone, and the bus still calls you for it. Leaving interrupts nothing in a handler. Who tells the bus?',
      },
      otherwise: 'Two clients leave: one that reads, one that stands still. What is left of them on the bus?',
    },
    async (context) => {
      const { server, publish, watch, standStill, leftOver } = await start(context);
      let stood = false;
      context.diagnose({ 'L2-02': () => leftOver() > 0 && !stood, 'L5-04': () => leftOver() > 0 });
      const quick = await watch(DROP_OLDEST);
      publish('first');
      await Promise.race([quick.peer.message(1), quick.peer.outcome]);
      expect(quick.peer.received.length, 'sightings that the client has heard of').toBe(1);
      quick.peer.cancel();
      await server.barrier(5);
      publish('nobody is there');
      await server.barrier(5);
      expect(leftOver(), 'listeners on the bus after the client that reads has left').toBe(0);
      const slow = await watch(CONFLATE);
      await standStill(slow.peer);
      stood = true;
      slow.peer.cancel();
      await server.barrier(5);
      publish('nobody is there');
      await server.barrier(5);
      expect(leftOver(), 'listeners on the bus after the client that stands still has left').toBe(0);
    },
  );
}

function placeOf(sighting: Sighting | undefined): number {
  return Number(/^place (\d+) /.exec(sighting?.place ?? '')?.[1] ?? 0);
}

/** Writes numbers in the order given, those that follow one another as a range: `1 to 96, 98 to 192`. */
function rangesOf(numbers: number[]): string {
  const ranges: [from: number, to: number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`)).join(', ') || 'none';
}
