import { join } from 'node:path';
import { check, type Load } from '@streamlings/grading';
import { expect } from 'vitest';
import type { Exercise } from '../checks.ts';
import { PROGRAM_LIMIT_MS, startServer } from './crash-checks.ts';
import { EntrySource, textsUpTo } from './entry-source.ts';
import { openFrontDoor } from './front-door.ts';
import { makeFolder } from './journal-checks.ts';

const ENTRIES = 600;
const BATCHES = 12;

/** Declares the check of `src/shipper.ts` in which everything that was written meets. */
export function resendChecks({ shipper, journal }: Load<Exercise>): void {
  check(
    'loses nothing and doubles nothing when the server is killed',
    {
      hints: {
        'L5-10':
          'The server has kept four batches and was killed before it could answer the fourth. Something has not come again after that, and is lost. Which batches does your shipper still hold when a call breaks?',
        'W4-01':
          'The server has kept four batches and was killed before it could answer the fourth. It came again, and is in the file twice. By what could the new server have known it?',
      },
      otherwise:
        'Your shipper against your server of steps 2 and 3, in a process of its own. It is killed when the fourth batch is kept and not answered, and started again with the same file. What should the file hold in the end, and what does your shipper say?',
      limitMs: PROGRAM_LIMIT_MS,
    },
    async (context) => {
      const { ship } = await shipper();
      const { openJournal } = await journal();
      const { clock } = context.controls;
      const path = join(await makeFolder(context), 'logs.sqlite');
      const door = await openFrontDoor(context);
      let texts: string[] | undefined;
      context.diagnose({
        'W4-01': () => texts !== undefined && texts.length > new Set(texts).size,
        'L5-10': () => texts !== undefined && texts.length < ENTRIES,
      });

      const first = await startServer(context, path, 4);
      door.leadTo(first.port);
      const back = Promise.withResolvers<void>();
      const source = new EntrySource();
      const entries = source.entries(ENTRIES, { gates: { 401: back.promise } });
      let isOver = false;
      const shipping = ship(door.address, entries, context.world).finally(() => (isOver = true));
      shipping.catch(() => {});
      const killed = first.over.then(() => 'the kill of the server');
      const cameFirst = await Promise.race([killed, shipping.then(() => 'the end of the shipment')]);
      expect(cameFirst, 'what came first').toBe('the kill of the server');
      while (clock.pending === 0 && !isOver) await new Promise((resolve) => setImmediate(resolve));

      const second = await startServer(context, path);
      door.leadTo(second.port);
      back.resolve();
      await clock.advance(1000);
      const { stored, duplicates, rejected } = await shipping;
      second.kill();
      await second.over;
      const opened = openJournal(path);
      context.defer(() => opened.close());
      texts = Array.from(opened.entries(), ({ text }) => text);
      expect(texts, 'texts in the file in the end').toEqual(textsUpTo(ENTRIES));
      expect(stored + duplicates, 'batches that the shipper calls stored or known').toBe(BATCHES);
      expect(duplicates, 'batches that the new server knew').toBeGreaterThan(0);
      expect(rejected, 'batches that were rejected').toEqual([]);
    },
  );
}
