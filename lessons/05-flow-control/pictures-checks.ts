import type { EventEmitter } from 'node:events';
import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf } from '@streamlings/grading';
import { ObservatoryService } from '@streamlings/proto/streamlings/observatory/v1/observatory';
import { expect } from 'vitest';
import { Archive, SECRET } from './archive.ts';
import type { Exercise, PictureRow } from './checks.ts';
import { ROUND_TRIPS_LIMIT_MS, standStill } from './stand-still.ts';

/** Large enough for the windows in bytes to count, not only the queues in messages. */
const PICTURE_BYTES = 16 * 1024;
/** Rows in a batch, as the starter says. */
const BATCH = 10;
/** Messages that a call's queue takes before `write()` returns false. */
const QUEUE = 16;
/** How often a client stops and reads on. */
const STOPS = 6;
/** Round trips that a writer gets to do what it should not. */
const ROUNDS = 50;

/** Declares the checks of `src/pictures.ts`. */
export function picturesChecks(load: Load<Exercise>['pictures']): void {
  /** Serves one of the two producers. */
  const start = async (
    { world, serve }: CheckContext,
    way: keyof Exercise['pictures'],
    script: { rows: number; failAfter?: number; bytes?: number },
  ) => {
    const exercise = await load();
    const data = world.random.bytes(script.bytes ?? PICTURE_BYTES);
    const row = (number: number): PictureRow => ({ number, data });
    const archive = new Archive({ row, batch: BATCH, ...script });
    const server = await serve(ObservatoryService, exercise[way](archive.open));
    const read = async () => {
      const position = server.calls.length + 1;
      const peer = server.read(server.client.readPictures({ night: 'clear' }));
      return { peer, record: await server.call(position) };
    };
    return { server, archive, read };
  };
  const ways = ['byHand', 'byPipeline'] as const;

  check(
    'sends every picture once, in order, and ends with OK',
    {
      hints: {
        'L5-06':
          'Your handler waits for a `drain` that does not come: `drain` follows a false, and this `write()` returned true. When is there something to wait for?',
        'L5-05':
          'The client got other pictures than the archive has. A `write()` that returns false has taken its message like any other. What does false say about the next one, and what about this one?',
        'L2-03': 'All pictures came, and no status. What tells the client that there are no more?',
      },
      otherwise:
        'Nights of 0, 11 and 100 pictures, the last one for a client that stops in the middle and reads on. What does it get?',
    },
    async (context) => {
      let received = (): number[] => [];
      let wanted: number[] = [];
      let hasStood = false;
      const isWrong = () => received().join() !== wanted.join();
      context.diagnose({
        'L5-06': ({ symptom }) => symptom === 'stream never ended' && isWrong(),
        'L2-03': ({ symptom }) => symptom === 'stream never ended',
        'L5-05': () => hasStood && isWrong(),
      });
      for (const way of ways) {
        for (const rows of [0, BATCH + 1, 100]) {
          const { server, archive, read } = await start(context, way, { rows });
          const { peer, record } = await read();
          received = () => peer.received.map(({ number }) => number);
          wanted = countTo(rows);
          hasStood = false;
          if (rows === 100) {
            await standStill(peer, record, server.barrier);
            hasStood = record.writes > QUEUE;
            peer.resume();
          }
          const { code } = await peer.outcome;
          expect(received(), `${way}: numbers of the pictures of a night with ${rows}`).toEqual(wanted);
          expect(nameOf(code), `${way}: status of a night with ${rows} pictures`).toBe(nameOf(status.OK));
          await server.barrier(5);
          expect(archive.unclosed, `${way}: cursors still open after the last picture`).toBe(0);
        }
      }
    },
  );

  check(
    'writes nothing while the call wants no more, however long that takes',
    {
      limitMs: ROUND_TRIPS_LIMIT_MS,
      hints: {
        'L5-01':
          'The client has stood still, and your handler has gone on writing at the pace of a timer. How much the other side can take, no clock knows. Who does?',
        'L5-02':
          'Your handler waits, but only between batches: within one it writes on though the call is full. A larger bucket still overflows. Which of the ten writes tells you to stop?',
        'L2-01':
          '`write()` puts a message into a queue of the call and says whether there should be more. Your handler goes on, and that queue grows. Who listens to what `write()` returns?',
      },
      otherwise:
        'The client reads a picture and stands still. The windows fill, then the queue of the call, then `write()` returns false. What does your handler do until `drain`?',
    },
    async (context) => {
      const { leaks, controls, diagnose } = context;
      for (const way of ways) {
        const { server, archive, read } = await start(context, way, { rows: 400 });
        const { peer, record } = await read();
        let hasTimers = false;
        const barrier = async () => {
          await server.barrier();
          hasTimers ||= leaks.timers > 0 || controls.clock.pending > 0;
        };
        diagnose({
          'L5-01': () => hasTimers,
          'L5-02': () => record.writesWhileFull < BATCH && record.maxQueued < QUEUE + BATCH,
          'L2-01': () => record.writesWhileFull > 0,
        });
        await standStill(peer, record, barrier, () => leaks.timers > 0);
        expect(peer.received.length, `${way}: pictures that the client has read`).toBeGreaterThan(0);
        for (let round = 0; round < ROUNDS; round++) await barrier();
        expect(
          record.writesWhileFull,
          `${way}: pictures written after \`write()\` had returned false and before \`drain\``,
        ).toBe(0);
        expect(
          archive.rowsRead - peer.received.length,
          `${way}: pictures read from the archive for a client that stands still`,
        ).toBeLessThanOrEqual(64 + BATCH);
        peer.cancel();
      }
    },
  );

  check(
    'closes its cursor when the client leaves while nothing can be sent',
    {
      hints: {
        'L5-08':
          'The client is gone, and the cursor is open. `pipe()` only lets go of its source when the target closes; the generator stands at its `yield`, and its `finally` never runs. What do you use instead that ends both?',
        'L5-04':
          'The client is gone, and your handler still waits for `drain`. A call that is over does not drain, so no line behind that `await` runs, not even a `finally`. What else can end this wait?',
      },
      otherwise:
        'The client stands still and then cancels. What is your handler waiting for at that moment, and what wakes it?',
    },
    async (context) => {
      for (const way of ways) {
        const { server, archive, read } = await start(context, way, { rows: 400 });
        const { peer, record } = await read();
        await standStill(peer, record, server.barrier);
        const isPiped = (record.call as EventEmitter).listenerCount('unpipe') > 0;
        context.diagnose({
          'L5-08': () => archive.unclosed > 0 && isPiped,
          'L5-04': () => archive.unclosed > 0,
        });
        expect(archive.opened, `${way}: cursors opened`).toBe(1);
        peer.cancel();
        await server.barrier(10);
        expect(archive.unclosed, `${way}: cursors still open after the client has left`).toBe(0);
      }
    },
  );

  check(
    'answers INTERNAL when the archive fails, and closes its cursor',
    {
      hints: {
        'L2-07':
          'The client waits for a status that cannot come any more: the call was destroyed. `pipeline()` destroys all its streams when one of them fails, and the call is one of them. Where can you catch the failure before it gets there?',
        'L2-08':
          'The archive failed in the middle, and the client was told OK. How shall it know that there were more pictures?',
      },
      otherwise:
        'The archive fails behind 20 pictures. The client should get INTERNAL, the archive its cursor. Which of your lines see the failure?',
    },
    async (context) => {
      for (const way of ways) {
        const { server, archive, read } = await start(context, way, { rows: 100, failAfter: 20 });
        let code: status | undefined;
        context.diagnose({
          'L2-07': ({ symptom }) => symptom === 'call destroyed without trailers',
          'L2-08': () => code === status.OK,
        });
        const { peer, record } = await read();
        const outcome = await peer.outcome;
        code = outcome.code;
        expect(nameOf(code), `${way}: status when the archive fails`).toBe(nameOf(status.INTERNAL));
        expect(outcome.details, `${way}: what the client is told of it`).not.toContain(SECRET);
        expect(record.writes, `${way}: pictures written before`).toBe(20);
        await server.barrier(5);
        expect(archive.unclosed, `${way}: cursors still open after the failure`).toBe(0);
      }
    },
  );

  check(
    'leaves no listeners behind, however often it has waited',
    {
      hints: {
        'L5-07':
          'Each wait has left a listener on the call: of two events that raced, one came, and the listener for the other is still there. After a hundred waits there are a hundred. Who takes the loser back?',
      },
      otherwise:
        'A client stops and reads on, six times. Count the listeners that your handler adds to the call on the way, and those that go.',
    },
    async (context) => {
      for (const way of ways) {
        const { server, read } = await start(context, way, { rows: 200 });
        const { peer, record } = await read();
        const counts: number[] = [];
        context.diagnose({ 'L5-07': () => (counts.at(-1) ?? 0) > (counts[0] ?? 0) });
        for (let stop = 1; stop <= STOPS; stop++) {
          const position = stop * (QUEUE + BATCH);
          await Promise.race([peer.message(position), peer.outcome]);
          if (peer.received.length < position) break;
          peer.stall();
          await server.barrier(8);
          counts.push(countListeners(record.call));
          peer.resume();
        }
        expect(peer.received.length, `${way}: pictures received`).toBeGreaterThan(STOPS * QUEUE);
        const [first = 0] = counts;
        expect(
          Math.max(...counts) - first,
          `${way}: listeners on the call that ${STOPS} stops have added`,
        ).toBeLessThanOrEqual(4);
        peer.cancel();
      }
    },
  );
}

function countListeners(emitter: EventEmitter): number {
  return emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0);
}

function countTo(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at + 1);
}
