import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf } from '@streamlings/grading';
import { BatchResult, type CollectLogsRequest } from '@streamlings/proto/streamlings/logs/v1/logs';
import { expect } from 'vitest';
import type { Exercise, ShipReport } from '../checks.ts';
import { EntrySource, textsUpTo } from './entry-source.ts';
import { openLogHouse } from './log-house.ts';

const BATCH_SIZE = 50;
const MAX_WAITING = 5;
const FIRST_WAIT_MS = 1000;
const { STORED, DUPLICATE, REJECTED } = BatchResult;

type Ending = { report: ShipReport } | { error: { code?: status; message?: string } };

/** Declares the checks of `src/shipper.ts`, against a server that is answered by hand. */
export function shipperChecks(load: Load<Exercise>['shipper']): void {
  const start = async (context: CheckContext) => {
    const { ship } = await load();
    const house = await openLogHouse(context);
    const source = new EntrySource();
    const shipAll = (...args: Parameters<EntrySource['entries']>): Promise<Ending> =>
      ship(house.server.address, source.entries(...args), context.world).then(
        (report) => ({ report }),
        (error) => ({ error }),
      );
    /** Resolves when the shipper sleeps, or else when it tries again or is through. */
    const sleeps = async (shipping: Promise<Ending>) => {
      let isOver = false;
      void shipping.then(() => (isOver = true));
      const { attempts } = house;
      const isWaiting = () => context.controls.clock.pending === 0 && house.attempts === attempts;
      while (isWaiting() && !isOver) await house.server.barrier();
    };
    /** Resolves when the shipper takes nothing from its source and sends nothing any more. */
    const settles = async () => {
      const moved = () =>
        house.server.calls.reduce((sum, { messagesRead }) => sum + messagesRead, source.taken);
      for (let before = -1; before !== moved(); ) {
        before = moved();
        await house.server.barrier(10);
      }
    };
    return { house, source, shipAll, sleeps, settles };
  };

  check(
    'ships every entry in batches, and reports what became of them',
    {
      hints: {
        'L3-13':
          'The server got fewer entries than the source had. A batch leaves when it is full; the number of entries is seldom a multiple of 50. What happens to those that are left over?',
        'L3-01':
          'The server has answered every batch and waits: there may be more. What tells it that there are none?',
        'W4-09':
          'A second shipment has used an id of the first one. The server knows that id, answers DUPLICATE and keeps nothing, and your shipper takes its entries for kept. Among which batches must an id be the only one of its kind?',
        'L3-12':
          'The call was half-closed before all entries were in it. What is written later is lost. What has to be over before you may say that this was all?',
      },
      otherwise:
        'Shipments of 0, 1, 50 and 120 entries; the server stores a batch, or knows it, or rejects it. What does it see, and what does your caller get?',
    },
    async (context) => {
      const { house, shipAll } = await start(context);
      let count = 0;
      let texts: string[] = [];
      context.diagnose({
        'L3-01': ({ symptom }) => symptom === 'no half-close' && texts.length === count,
        'L3-13': () => texts.length < count && texts.length === count - (count % BATCH_SIZE),
        'W4-09': ({ label }) => label.startsWith('ids of an earlier'),
        'L3-12': ({ label }) => texts.length < count || label === 'write after end',
      });
      const known = new Set<string>();
      for (const [at, size] of [120, 1, 50].entries()) {
        count = size;
        texts = textsUpTo(size);
        const shipping = shipAll(size);
        const attempt = await Promise.race([house.attempt(at + 1), shipping.then(unexpected)]);
        await Promise.race([attempt.arrived(Math.ceil(size / BATCH_SIZE)), shipping]);
        texts = attempt.batches.flatMap(textsOf);
        expect(texts, `texts that the server got of ${size} entries`).toEqual(textsUpTo(size));
        const sizes = attempt.batches.map(({ entries }) => entries.length);
        expect(sizes, 'sizes of the batches').toEqual(size === 120 ? [50, 50, 20] : [size]);
        const ids = attempt.batches.map(({ batchId }) => batchId);
        expect(new Set(ids).size, 'different ids of batches').toBe(ids.length);
        expect(ids.includes(''), 'whether a batch has no id').toBe(false);
        expect(
          ids.filter((id) => known.has(id)),
          'ids of an earlier shipment',
        ).toEqual([]);
        for (const id of ids) known.add(id);
        if (size === 120) attempt.answer(STORED, REJECTED, DUPLICATE);
        else attempt.answer(STORED);
        await Promise.race([attempt.accept(), shipping]);
        const stored = { stored: 1, duplicates: 0, rejected: [] as string[] };
        const mixed = { stored: 1, duplicates: 1, rejected: ['a batch, refused'] };
        expect(await shipping, `what became of ${size} entries`).toEqual({
          report: size === 120 ? mixed : stored,
        });
      }
      const shipping = shipAll(0);
      void house.attempt(4).then((attempt) => attempt.accept());
      expect(await shipping, 'what became of no entries').toEqual({
        report: { stored: 0, duplicates: 0, rejected: [] },
      });
    },
  );

  check(
    'takes from its source what has a place to go, and no more',
    {
      hints: {
        'L5-10':
          'Five batches have no answer, and your shipper goes on: what was written counts as gone. The batches of a call that breaks are those without an answer; how many may that be, at most?',
        'L2-06':
          'Batches are ready, and the server has seen none of them. What do you collect, and who is waiting for it?',
      },
      otherwise:
        'The source has 1000 entries, and the server answers nothing at first, then one batch. How many entries should have left the source, each time?',
    },
    async (context) => {
      const { house, source, shipAll, settles } = await start(context);
      context.diagnose({
        'L5-10': () => (house.server.calls[0]?.messagesRead ?? 0) > MAX_WAITING,
        'L2-06': () => source.taken > (MAX_WAITING + 1) * BATCH_SIZE,
      });
      const shipping = shipAll(1000);
      const attempt = await Promise.race([house.attempt(1), shipping.then(unexpected)]);
      await attempt.arrived(MAX_WAITING);
      for (const answered of [0, 1]) {
        if (answered > 0) attempt.answer(STORED);
        await attempt.arrived(MAX_WAITING + answered);
        await settles();
        expect(attempt.batches.length - answered, 'batches without an answer').toBe(MAX_WAITING);
        // One more batch may be made ready; it has a place as soon as there is an answer.
        expect(source.taken, `entries taken when ${answered} batches have an answer`).toBeLessThanOrEqual(
          (MAX_WAITING + answered + 1) * BATCH_SIZE,
        );
      }
      await attempt.accept();
      expect(await shipping, 'what became of 1000 entries').toEqual({
        report: { stored: 20, duplicates: 0, rejected: [] },
      });
    },
  );

  check(
    'sends what has no answer again, first and under the same ids',
    {
      hints: {
        'L5-10':
          'Five batches were written and had no answer when the call broke, and they did not all come again. Where did they go? Whose word do you need before you forget one?',
        'W4-01':
          'The batches came again under other ids. The server has kept some of them, you do not know which, and it has no way to know either. To what does an id belong: to an attempt, or to what is in the batch?',
        'L4-05':
          'A batch came again that had its answer before. Which batch does an answer belong to, and what do you do with that batch then?',
      },
      otherwise:
        'The first of six batches has its answer when the call ends with UNAVAILABLE; two of the others are known to the server by then. What comes in the second call, in which order, and under which ids?',
    },
    async (context) => {
      const { house, shipAll, sleeps, settles } = await start(context);
      const gate = Promise.withResolvers<void>();
      const shipping = shipAll(320, { gates: { 301: gate.promise } });
      const first = await Promise.race([house.attempt(1), shipping.then(unexpected)]);
      let second: CollectLogsRequest[] = [];
      const idOf = (batch: CollectLogsRequest | undefined) => batch?.batchId;
      context.diagnose({
        'L4-05': () => idOf(second[0]) === idOf(first.batches[0]),
        'L5-10': () => house.attempts > 1 && !second.flatMap(textsOf).includes('entry 51'),
        'W4-01': () => second.length > 0 && !first.batches.map(idOf).includes(idOf(second[0])),
      });
      await first.arrived(MAX_WAITING);
      first.answer(STORED);
      // The sixth batch is the sign that the answer to the first was heard.
      await first.arrived(MAX_WAITING + 1);
      first.fail(status.UNAVAILABLE);
      await sleeps(shipping);
      await context.controls.clock.advance(FIRST_WAIT_MS);
      const attempt = await Promise.race([house.attempt(2), shipping.then(unexpected)]);
      second = attempt.batches;
      await Promise.race([attempt.arrived(MAX_WAITING), settles()]);
      expect(second.flatMap(textsOf), 'texts that came again').toEqual(textsUpTo(300).slice(BATCH_SIZE));
      expect(second.map(idOf), 'ids under which they came').toEqual(first.batches.slice(1).map(idOf));
      attempt.answer(DUPLICATE, DUPLICATE, STORED, STORED, STORED);
      gate.resolve();
      await attempt.accept();
      expect(second.slice(MAX_WAITING).flatMap(textsOf), 'texts that came after that').toEqual(
        textsUpTo(320).slice(300),
      );
      expect(await shipping, 'the report').toEqual({ report: { stored: 5, duplicates: 2, rejected: [] } });
    },
  );

  check(
    'waits before it tries again, longer each time, until there is an answer',
    {
      hints: {
        'W4-04':
          'A server that was away comes back, and everybody who was cut off is at its door at once, again and again. How long does your next attempt wait, on whose clock, and what does the wait after it depend on?',
      },
      otherwise:
        'Seven attempts fail in a row, the eighth gets an answer and fails then. How long is the wait before each of the others?',
    },
    async (context) => {
      const { house, shipAll, sleeps } = await start(context);
      const { clock } = context.controls;
      context.diagnose({ 'W4-04': () => house.attempts > 1 || house.attempts === 1 });
      const shipping = shipAll(320);
      const next = async (position: number) => {
        const attempt = await Promise.race([house.attempt(position), shipping.then(unexpected)]);
        await attempt.arrived(MAX_WAITING);
        return attempt;
      };
      const waits = [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000];
      for (const [at, waitMs] of [...waits, 1000].entries()) {
        const attempt = await next(at + 1);
        if (at === waits.length) {
          attempt.answer(STORED);
          await attempt.arrived(MAX_WAITING + 1);
        }
        attempt.fail(status.UNAVAILABLE);
        await sleeps(shipping);
        await clock.advance(waitMs - 1);
        await house.server.barrier(10);
        expect(house.attempts, `attempts when ${waitMs - 1} ms have passed after number ${at + 1}`).toBe(
          at + 1,
        );
        await clock.advance(1);
        await house.server.barrier(20);
        expect(house.attempts, `attempts when ${waitMs} ms have passed after number ${at + 1}`).toBe(at + 2);
      }
      const last = await next(waits.length + 2);
      await last.accept();
      expect(await shipping, 'the report').toEqual({ report: { stored: 7, duplicates: 0, rejected: [] } });
    },
  );

  check(
    'gives up where trying again cannot help, and leaves nothing open',
    {
      hints: {
        'W4-05':
          'The server has said what no second attempt will change, and your shipper is back at its door. Which codes say “later”, and which say “not like this”?',
        'L3-10':
          'The source has failed, and the call does not know: the server waits for batches that will never come, and your caller for a word. Who hears of a failing source, and what does it do to the call and to the wait?',
        'L1-15':
          'Everything is over and a connection is open. A channel that is not closed keeps a socket, and a process, alive. On which ways out of your function does that happen?',
        'L6-01':
          'The call was refused, and your caller has not heard of it: somebody waits for a source that has nothing new. A generator that is told to return does so at its next `yield`, and not while it waits. Which of your waits does the end of a call end, and for which promise need nobody wait?',
        'L3-15':
          'The shipment is over, and its source is still open: somebody holds a file or a cursor for entries that nobody will take. Who tells a source that nobody wants more?',
      },
      otherwise:
        'A call ends with PERMISSION_DENIED while the source has nothing new; a source breaks in the middle of a call, and another one while the shipper waits between two attempts. What does each caller get, and what is still open then?',
    },
    async (context) => {
      const { house, source, shipAll, sleeps, settles } = await start(context);
      const { clock } = context.controls;
      let isQuiet = true;
      let isOver = false;
      context.diagnose({
        'W4-05': ({ label }) => label.startsWith('how a refused'),
        'L6-01': ({ symptom }) => isQuiet && symptom !== undefined,
        'L3-15': ({ label }) => label.startsWith('whether the source'),
        'L1-15': () => isOver,
        'L3-10': ({ label, symptom }) => symptom !== undefined || /^(how|whether)/.test(label),
      });
      const quiet = Promise.withResolvers<void>();
      // The second gate is never opened: whoever goes on taking must not come to the end.
      const gates = { [2 * BATCH_SIZE]: quiet.promise, [20 * BATCH_SIZE]: new Promise<void>(() => {}) };
      const refused = shipAll(1000, { gates });
      const attempt = await Promise.race([house.attempt(1), refused.then(unexpected)]);
      await attempt.arrived(1);
      attempt.fail(status.PERMISSION_DENIED);
      await sleeps(refused);
      expect(clock.pending, 'how a refused shipment goes on: waits that were begun').toBe(0);
      expect(await codeOf(refused), 'how a refused shipment ended').toBe(nameOf(status.PERMISSION_DENIED));
      isQuiet = false;
      quiet.resolve();
      await settles();
      expect(source.isClosed, 'whether the source of a refused shipment is closed').toBe(true);

      const broken = new Error('the pipe is broken');
      const running = Promise.withResolvers<void>();
      const first = shipAll(1000, { gates: { 60: running.promise }, fails: { 60: broken } });
      const called = await Promise.race([house.attempt(2), first.then(unexpected)]);
      await called.arrived(1);
      running.resolve();
      expect(await first, 'how a shipment ended whose source broke').toEqual({ error: broken });
      await house.server.barrier(10);
      expect(house.server.calls[1]?.cancelled, 'whether the call of a source that broke was cancelled').toBe(
        true,
      );

      const gate = Promise.withResolvers<void>();
      const second = shipAll(1000, { gates: { 60: gate.promise }, fails: { 60: broken } });
      const third = await Promise.race([house.attempt(3), second.then(unexpected)]);
      await third.arrived(1);
      third.fail(status.UNAVAILABLE);
      await sleeps(second);
      gate.resolve();
      expect(await second, 'how a shipment ended whose source broke between two attempts').toEqual({
        error: broken,
      });
      expect(clock.pending, 'how many waits go on when all is over').toBe(0);
      isOver = true;
      await house.server.connections.allClosed();
    },
  );
}

function textsOf({ entries }: CollectLogsRequest): string[] {
  return entries.map(({ text }) => text);
}

async function codeOf(shipping: Promise<Ending>): Promise<string> {
  const ending = await shipping;
  return 'error' in ending ? nameOf(ending.error.code ?? status.UNKNOWN) : nameOf(status.OK);
}

/** A shipment that ends where the check waits for a call of it. */
function unexpected(ending: Ending): never {
  if ('error' in ending) throw ending.error;
  throw new Error('the shipment was called complete too early');
}
