// Appends batches to the learner's journal while one statement after the other fails, and says what came of it.
import { join } from 'node:path';
import type { Exercise, Journal } from '../checks.ts';
import { entriesOf } from './batches.ts';
import { load, readArguments, say } from './program.ts';
import { strikeAt } from './statements.ts';

/** What the journal said to each append, and what it held in the end. */
export interface FailedRun {
  /** The number of the statement that failed. */
  failed: number;
  /** `true`, `false`, or the words of the error, for a batch whose statement failed. */
  second: string;
  third: string;
  /** The same for the second batch, sent again. */
  again: string;
  texts: string[];
}

const MAX_STATEMENTS = 20;

const { file, folder, count } = readArguments<{ file: string; folder: string; count: number }>();
const { openJournal } = await load<Exercise['journal']>(file);
let hasFailed = true;
for (let failed = 1; hasFailed && failed <= MAX_STATEMENTS; failed++) {
  hasFailed = false;
  const journal = openJournal(join(folder, `${failed}.sqlite`));
  await append(journal, 'first');
  strikeAt(failed, () => {
    hasFailed = true;
    throw new Error('database or disk is full');
  });
  const second = await append(journal, 'second');
  strikeAt(Number.POSITIVE_INFINITY, () => {});
  const third = await append(journal, 'third');
  const again = await append(journal, 'second');
  const texts = Array.from(journal.entries(), ({ text }) => text);
  journal.close();
  if (hasFailed) say({ failed, second, third, again, texts } satisfies FailedRun);
}
process.exit();

async function append(journal: Journal, batchId: string): Promise<string> {
  try {
    return String(await journal.append(batchId, entriesOf(batchId, count)));
  } catch (error) {
    return (error as Error).message;
  }
}
