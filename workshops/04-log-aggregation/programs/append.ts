// Appends a batch to the learner's journal, and dies before a statement, or right after the journal has called it kept.
import type { Exercise } from '../checks.ts';
import { entriesOf } from './batches.ts';
import { die, load, readArguments, say } from './program.ts';
import { strikeAt } from './statements.ts';

const { file, path, dieAt, count } = readArguments<{
  file: string;
  path: string;
  dieAt: number;
  count: number;
}>();
const { openJournal } = await load<Exercise['journal']>(file);
const journal = openJournal(path);
await journal.append('first', entriesOf('first', count));
strikeAt(dieAt, () => {
  say({ diedAt: dieAt });
  die();
});
const isNew = await journal.append('second', entriesOf('second', count));
say({ isNew });
die();
