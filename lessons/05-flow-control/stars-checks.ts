import type { EventEmitter } from 'node:events';
import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf } from '@streamlings/grading';
import { ObservatoryService } from '@streamlings/proto/streamlings/observatory/v1/observatory';
import { expect } from 'vitest';
import { Archive, SECRET } from './archive.ts';
import type { Exercise, StarRow } from './checks.ts';
import { standStill } from './stand-still.ts';

const BATCH = 100;
const MILLION = 1_000_000;
/** With it, a batch has some 16 KiB. */
const NOTE = 'A star like many others, seen from a hill. '.repeat(4).slice(0, 150);
/** The most messages that fit between a cursor and its reader, with room to spare for each runtime. */
const MAX_AHEAD = 64;
/** How many batches the client takes before it has seen enough of the million. */
const TAKEN = 100;
/** How many clients stand still and leave, one after the other. */
const CLIENTS = 5;
/** The largest message that leaves room for others on the same connection. */
const MAX_MESSAGE_BYTES = 64 * 1024;

/** Declares the checks of `src/stars.ts`. */
export function starsChecks(load: Load<Exercise>['stars']): void {
  const start = async ({ serve }: CheckContext, rows: number, failAfter?: number) => {
    const { handlers } = await load();
    const row = (id: number): StarRow => ({ id, note: NOTE });
    const archive = new Archive({ row, rows, batch: BATCH, ...(failAfter ? { failAfter } : {}) });
    const server = await serve(ObservatoryService, handlers(archive.open));
    const read = async () => {
      const position = server.calls.length + 1;
      const peer = server.read(server.client.exportStars({}));
      return { peer, record: await server.call(position) };
    };
    return { server, archive, read };
  };

  check(
    'sends every star, each batch as a message, the last one too',
    {
      hints: {
        'L5-13':
          'A message has become larger than a batch. A message is sent in one piece: whatever comes behind it waits, and beyond 4 MiB the client refuses it. What did you hope to save?',
        'L3-13':
          'The stars at the end are missing. A batch that is not full is a batch, too. When do you send what is left?',
      },
      otherwise:
        'Catalogues of 0 and of 1,201 stars, read by a quick client. Which stars came, in which messages?',
    },
    async (context) => {
      for (const rows of [0, 1201]) {
        const { server, archive, read } = await start(context, rows);
        const { peer } = await read();
        context.diagnose({
          'L5-13': () => peer.received.some(({ stars }) => stars.length > BATCH),
          'L3-13': () => {
            const received = peer.received.flatMap(({ stars }) => stars).length;
            return received > 0 && received < rows && received % BATCH === 0;
          },
        });
        const { code } = await peer.outcome;
        expect(nameOf(code), `status of a catalogue of ${rows}`).toBe(nameOf(status.OK));
        const sizes = peer.received.map(({ stars }) => stars.length);
        expect(sizes, `stars in each message of a catalogue of ${rows}`).toEqual(
          Array.from({ length: Math.ceil(rows / BATCH) }, (_, at) => Math.min(BATCH, rows - at * BATCH)),
        );
        const { messages } = await server.wire();
        const largest = Math.max(0, ...messages.map(({ length }) => length));
        expect(largest, 'bytes of the largest message').toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
        const ids = peer.received.flatMap(({ stars }) => stars.map(({ id }) => id));
        expect(ids.join(), 'ids of the stars').toBe(Array.from({ length: rows }, (_, at) => at + 1).join());
        expect(archive.unclosed, 'cursors still open after the last star').toBe(0);
      }
    },
  );

  check(
    'asks the cursor for no more than is on its way to the client',
    {
      hints: {
        'L2-06':
          'The cursor was read far ahead of the client, which had nothing yet: you collect before you send. How much memory do the million stars take in your process?',
        'L5-03':
          'The cursor was read far ahead of the client. HTTP/2 does stop the bytes at the edge of the window, but not your loop: what you write goes into the queue of the call, as long as you write. Who stops your loop?',
      },
      otherwise:
        'A catalogue of a million, and a client that takes its time. How many batches have left the cursor and are not with the client yet?',
    },
    async (context) => {
      const { server, archive, read } = await start(context, MILLION);
      const { peer, record } = await read();
      const ahead = () => archive.rowsRead / BATCH - peer.received.length;
      let most = 0;
      context.diagnose({ 'L2-06': () => record.writes === 0, 'L5-03': () => most > MAX_AHEAD });
      for (let taken = 1; taken <= TAKEN && most <= MAX_AHEAD; taken++) {
        peer.resume();
        const tooFar = archive.readMoreThan((taken + MAX_AHEAD) * BATCH);
        await Promise.race([peer.message(taken), peer.outcome, tooFar]);
        peer.stall();
        await server.barrier();
        most = Math.max(most, ahead());
      }
      expect(most, 'batches read from the cursor and not yet taken by the client').toBeLessThanOrEqual(
        MAX_AHEAD,
      );
      expect(peer.received.length, 'batches taken').toBeGreaterThanOrEqual(TAKEN);
      peer.cancel();
    },
  );

  check(
    'stops with a client that stands still, and closes the cursor when it leaves',
    {
      hints: {
        'L5-08':
          'The client is gone, and the cursor is open. `pipe()` only lets go of its source when the target closes; the generator stands at its `yield`, and its `finally` never runs. What do you use instead that ends both?',
        'L5-04':
          'The client is gone, and your handler still waits for `drain`, which a call that is over does not emit. Who else could end this wait, and close the cursor?',
        'L5-03':
          'The client stands still, and your loop writes on. Where do you think are these batches now?',
      },
      otherwise: 'The client stands still, and later it leaves. What does the cursor notice of either?',
    },
    async (context) => {
      const { server, archive, read } = await start(context, MILLION);
      let isPiped = false;
      let hasLeft = false;
      let writesWhileFull = 0;
      context.diagnose({
        'L5-03': () => writesWhileFull > 0,
        'L5-08': () => hasLeft && isPiped,
        'L5-04': () => hasLeft && archive.unclosed > 0,
      });
      // A grpc-js client that leaves may open its window once more before it resets the stream, and then a handler that
      // waits for nothing but `drain` is lucky. It is not lucky every time.
      for (let client = 1; client <= CLIENTS; client++) {
        const readBefore = archive.rowsRead;
        hasLeft = false;
        const { peer, record } = await read();
        await standStill(peer, record, server.barrier);
        if (client === 1) await server.barrier(50);
        ({ writesWhileFull } = record);
        expect(writesWhileFull, 'batches written while the call wants no more').toBe(0);
        expect(
          (archive.rowsRead - readBefore) / BATCH - peer.received.length,
          'batches read from the cursor for a client that stands still',
        ).toBeLessThanOrEqual(MAX_AHEAD);
        isPiped = (record.call as EventEmitter).listenerCount('unpipe') > 0;
        peer.cancel();
        hasLeft = true;
        await server.barrier(10);
        expect(archive.opened, 'cursors opened').toBe(client);
        expect(archive.unclosed, 'cursors still open after the client has left').toBe(0);
      }
    },
  );

  check(
    'answers INTERNAL when the catalogue fails',
    {
      hints: {
        'L2-07':
          'The client waits for a status that cannot come any more: the call was destroyed, as `pipeline()` does with all its streams when one of them fails. Where can you catch the failure before it gets there?',
        'L2-08':
          'The catalogue failed in the middle, and the client was told OK. How shall it know that there were more stars?',
      },
      otherwise: 'The catalogue fails behind 500 stars. What does the client hear?',
    },
    async (context) => {
      const { server, archive, read } = await start(context, MILLION, 5 * BATCH);
      const { peer } = await read();
      let code: status | undefined;
      context.diagnose({
        'L2-07': ({ symptom }) => symptom === 'call destroyed without trailers',
        'L2-08': () => code === status.OK,
      });
      const outcome = await peer.outcome;
      code = outcome.code;
      expect(nameOf(code), 'status when the catalogue fails').toBe(nameOf(status.INTERNAL));
      expect(outcome.details, 'what the client is told of it').not.toContain(SECRET);
      await server.barrier(5);
      expect(archive.unclosed, 'cursors still open after the failure').toBe(0);
    },
  );
}
