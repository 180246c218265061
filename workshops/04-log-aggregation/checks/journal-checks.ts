import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { type CheckContext, check, type Load } from '@streamlings/grading';
import { type LogEntry, LogEntrySchema, Severity } from '@streamlings/proto/streamlings/logs/v1/logs';
import { expect } from 'vitest';
import type { Exercise, Journal } from '../checks.ts';
import { entriesOf, textsOf } from '../programs/batches.ts';

/** Declares the checks of `src/journal.ts` for which nobody has to die. */
export function journalChecks(load: Load<Exercise>['journal']): void {
  check(
    'keeps entries as they are, and has them when it is opened again',
    {
      hints: {
        'L1-11':
          'A duration of 0 came back as none, or none as 0. A column has NULL for what is not set; which of your conversions treat 0 and undefined alike?',
        'L1-12':
          'A time came back as another one. A Timestamp has nanoseconds beside its seconds, 19 digits in all, of which a number has 16. What do you store of it, and in which type?',
      },
      otherwise:
        'Two batches with all sorts of entries, then the journal is closed and the file opened once more, with all that is in it, and a third batch. What comes back, and in which order?',
    },
    async (context) => {
      const { openJournal } = await load();
      const path = join(await makeFolder(context), 'logs.sqlite');
      const written: LogEntry[] = [
        entry({ text: 'nothing was timed' }),
        entry({ text: 'it took no time', durationMs: 0 }),
        entry({ text: 'slow', durationMs: 0.1, severity: Severity.ERROR }),
        entry({ text: '“naïve” 🛰\u0000; DROP TABLE entries', source: "o'hara" }),
        entry({ text: 'long ago', time: { seconds: -3n, nanos: 999_999_999 } }),
        entry({ text: 'exact', time: { seconds: 1_700_000_001n, nanos: 123_456_789 } }),
        entry({ text: '', severity: Severity.WARNING }),
      ];
      let read: LogEntry[] = [];
      context.diagnose({
        'L1-11': () => !alike(read, written, ({ durationMs }) => durationMs),
        'L1-12': () => !alike(read, written, ({ time }) => `${time?.seconds} ${time?.nanos}`),
      });
      let journal = openJournal(path);
      expect(await journal.append('z', written.slice(0, 4)), 'whether the first batch is new').toBe(true);
      expect(await journal.append('a', written.slice(4, 6)), 'whether the second batch is new').toBe(true);
      journal.close();
      journal = openJournal(path);
      context.defer(() => journal.close());
      expect(await journal.append('m', written.slice(6)), 'whether the third batch is new').toBe(true);
      read = [...journal.entries()];
      expect(read.map(plain), 'what `entries()` reads').toEqual(written.map(plain));
    },
  );

  check(
    'keeps a batch once, however often it comes',
    {
      hints: {
        'W4-01':
          'A batch that came again was kept again. Its client has not heard your answer the first time, so it had to send it; only the id tells you that you know this one. Where do you keep the ids, and for how long?',
      },
      otherwise:
        'A batch comes three times: at once, after another one, and after the file was opened again. Then two come at the same time. What does `append` say to each, and what is in the file?',
    },
    async (context) => {
      const { openJournal } = await load();
      const path = join(await makeFolder(context), 'logs.sqlite');
      let journal: Journal = openJournal(path);
      const count = 3;
      const append = (id: string) => journal.append(id, entriesOf(id, count));
      const read = () => Array.from(journal.entries(), ({ text }) => text);
      context.diagnose({
        'W4-01': ({ label }) => label.includes('again') || read().length > 2 * count,
      });
      expect(await append('a'), 'whether a batch is new that never came').toBe(true);
      expect(await append('a'), 'whether a batch is new that comes again').toBe(false);
      expect(await append('b'), 'whether the next batch is new').toBe(true);
      expect(await append('a'), 'whether a batch is new that comes again after another').toBe(false);
      journal.close();
      journal = openJournal(path);
      context.defer(() => journal.close());
      expect(await append('a'), 'whether a batch is new that comes again to a new process').toBe(false);
      expect(read(), 'the texts of all entries').toEqual(textsOf(['a', 'b'], count));
      const both = await Promise.all([append('c'), append('d'), append('c')]);
      expect(both, 'whether batches are new that come at the same time').toEqual([true, true, false]);
      expect(read(), 'the texts of all entries').toEqual(textsOf(['a', 'b', 'c', 'd'], count));
    },
  );
}

/** Makes a folder for one check. */
export async function makeFolder({ defer }: Pick<CheckContext, 'defer'>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'streamlings-logs-'));
  defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

function entry(changes: Parameters<typeof create<typeof LogEntrySchema>>[1]): LogEntry {
  const time = { seconds: 1_700_000_000n, nanos: 0 };
  return create(LogEntrySchema, { time, severity: Severity.INFO, source: 'checkout', ...changes } as object);
}

/** Without what makes a message of it, so that a reader may answer with a plain object, too. */
function plain({ time, severity, source, text, durationMs }: LogEntry) {
  return { time: `${time?.seconds} s, ${time?.nanos} ns`, severity, source, text, durationMs };
}

function alike(read: LogEntry[], written: LogEntry[], pick: (entry: LogEntry) => unknown): boolean {
  return read.every((each, at) => pick(each) === pick(written[at] as LogEntry));
}
