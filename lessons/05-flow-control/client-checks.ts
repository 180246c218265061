import { once } from 'node:events';
import { type CheckContext, check, type Load } from '@streamlings/grading';
import { ObservatoryService } from '@streamlings/proto/streamlings/observatory/v1/observatory';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import { ROUND_TRIPS_LIMIT_MS } from './stand-still.ts';

const PICTURE_BYTES = 16 * 1024;
const PICTURES = 120;
/** The most messages that fit between a producer and a reader who has stopped. */
const MAX_AHEAD = 64;
/** Round trips that each side gets to do what it should not. */
const ROUNDS = 100;

/** Declares the checks of `src/client.ts` that are about reading. */
export function clientChecks(load: Load<Exercise>['client']): void {
  /** Serves nights of 120 pictures, as fast as the reader lets it. */
  const start = async ({ world, serve }: CheckContext) => {
    const exercise = await load();
    const data = world.random.bytes(PICTURE_BYTES);
    const server = await serve(ObservatoryService, {
      readPictures: async (call) => {
        const over = new AbortController();
        call.on('cancelled', () => over.abort());
        try {
          for (let number = 1; number <= PICTURES; number++) {
            if (!call.write({ number, data })) await once(call, 'drain', { signal: over.signal });
          }
          call.end();
        } catch {
          // The client has left.
        }
      },
    });
    const nightOf = ({ call }: (typeof server.calls)[number]) =>
      (call as unknown as { request: { night: string } }).request.night;
    const nights = () => server.calls.map(nightOf).sort();
    const recordOf = (night: string) => server.calls.find((record) => nightOf(record) === night);
    /** Lets the server write until it is held back, or has written more than it should have been able to. */
    const settle = async (bound: number) => {
      let writes = -1;
      for (let quiet = 0; quiet < ROUNDS; quiet++) {
        await server.barrier();
        const total = server.calls.reduce((sum, record) => sum + record.writes, 0);
        if (total > bound) break;
        if (total !== writes) quiet = 0;
        writes = total;
      }
      return Math.max(writes, 0);
    };
    return { ...exercise, server, nights, recordOf, settle };
  };

  check(
    'takes each night at its own pace, over one connection',
    {
      hints: {
        'L3-03':
          'Pictures were handed to `keep` while it was busy with the one before. An event listener may return a promise, and nobody waits for it. What in your reading stands still while `keep` works?',
        'L2-06':
          'The server was through with a night of which `keep` has had one picture: all of it is in your memory. When does your code ask for the next picture?',
        'L5-14':
          'One night stands still, and the other one does too, or it has a connection of its own. Streams on one connection have windows of their own. So what do both nights wait for in your code?',
      },
      otherwise:
        'Two nights are downloaded; the `keep` of the first one takes long for its first picture. How far should the second one get meanwhile?',
    },
    async (context) => {
      const { server, download, nights, recordOf } = await start(context);
      const kept: Record<string, number[]> = { slow: [], quick: [] };
      const gate = Promise.withResolvers<void>();
      const quickIsDone = Promise.withResolvers<void>();
      let busy = 0;
      let atOnce = 0;
      const keep = async (night: string, { number }: { number: number }) => {
        kept[night]?.push(number);
        if (night === 'quick' && kept[night]?.length === PICTURES) quickIsDone.resolve();
        if (night !== 'slow') return;
        atOnce = Math.max(atOnce, ++busy);
        await gate.promise;
        busy--;
      };
      const aheadOf = (night: string) => (recordOf(night)?.writes ?? 0) - (kept[night]?.length ?? 0);
      context.diagnose({
        'L3-03': () => atOnce > 1,
        'L2-06': () => aheadOf('slow') > MAX_AHEAD,
        'L5-14': ({ symptom }) =>
          symptom !== 'no call arrived' && (kept.quick?.length !== PICTURES || server.connections.opened > 1),
      });
      const downloading = download(server.address, ['slow', 'quick'], async () => {}, keep);
      await Promise.race([quickIsDone.promise, downloading]);
      expect(kept.quick?.length, 'pictures of the quick night that were kept').toBe(PICTURES);
      expect(nights(), 'nights that were asked for').toEqual(['quick', 'slow']);
      await server.barrier(20);
      expect(atOnce, 'pictures of one night that `keep` has at once').toBe(1);
      expect(aheadOf('slow'), 'pictures sent that `keep` has not had').toBeLessThanOrEqual(MAX_AHEAD);
      expect(server.connections.opened, 'connections').toBe(1);
      gate.resolve();
      await downloading;
      const all = Array.from({ length: PICTURES }, (_, at) => at + 1);
      expect(kept, 'numbers of the pictures that were kept').toEqual({ slow: all, quick: all });
    },
  );

  check(
    'lets nothing pile up while it prepares',
    {
      hints: {
        'L2-13':
          'Nobody has read a picture yet, and the server has sent far more than a window holds: grpc-js takes in everything until the first read, and pushes back only from then on. Where is it now, and when would be the moment to ask for it?',
      },
      otherwise: '`prepare` takes its time. What has the server sent by then, and what happens after it?',
    },
    async (context) => {
      const { server, download, settle } = await start(context);
      const prepared = Promise.withResolvers<void>();
      const asked = Promise.withResolvers<void>();
      const kept: number[] = [];
      let sent = 0;
      context.diagnose({ 'L2-13': () => sent > MAX_AHEAD });
      const prepare = () => {
        asked.resolve();
        return prepared.promise;
      };
      const downloading = download(server.address, ['clear'], prepare, async (_, { number }) => {
        kept.push(number);
      });
      await Promise.race([asked.promise, downloading]);
      await settle(MAX_AHEAD);
      sent = server.calls[0]?.writes ?? 0;
      expect(sent, 'pictures sent while the client prepares').toBeLessThanOrEqual(MAX_AHEAD);
      expect(kept.length, 'pictures kept while the client prepares').toBe(0);
      prepared.resolve();
      await downloading;
      expect(kept.length, 'pictures kept in the end').toBe(PICTURES);
    },
  );

  check(
    'holds the server while the show is paused, and loses nothing',
    {
      limitMs: ROUND_TRIPS_LIMIT_MS,
      hints: {
        'L4-10':
          'The show is paused, and the server has sent the whole night: it is in your memory. The server does not know about a variable of yours. What would it notice?',
        'L5-09':
          'Pictures are missing, or were shown during the pause. Pausing stops the asking; what was asked for is still on its way and lands. Where does it land in your code?',
      },
      otherwise:
        'The show is paused at the fifth picture and again at the tenth. What is shown, what does the server send, and what comes after `resume()`?',
    },
    async (context) => {
      const { server, startShow, nights, settle } = await start(context);
      const shown: number[] = [];
      let paused = Promise.withResolvers<void>();
      let sent = 0;
      const show = startShow(server.address, 'clear', ({ number }) => {
        shown.push(number);
        if (number !== 5 && number !== 10) return;
        show.pause();
        paused.resolve();
      });
      const all = Array.from({ length: PICTURES }, (_, at) => at + 1);
      context.diagnose({
        'L4-10': () => sent - shown.length > MAX_AHEAD && shown.every((number, at) => number === at + 1),
        'L5-09': () => shown.length > 0 && shown.join() !== all.join(),
      });
      for (const position of [5, 10]) {
        await Promise.race([paused.promise, show.done]);
        await settle(position + MAX_AHEAD);
        sent = server.calls[0]?.writes ?? 0;
        expect(sent, `pictures sent while the show stands at number ${position}`).toBeLessThanOrEqual(
          position + MAX_AHEAD,
        );
        expect(shown, 'pictures shown before the show goes on').toEqual(all.slice(0, position));
        paused = Promise.withResolvers();
        show.resume();
      }
      await show.done;
      expect(shown, 'pictures shown in the end').toEqual(all);
      expect(nights(), 'nights that were asked for').toEqual(['clear']);
    },
  );
}
