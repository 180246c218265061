import { existsSync, rmSync } from 'node:fs';
import { JOURNAL_PATH } from './serve.ts';
import { openJournal } from './src/journal.ts';

// Counts what `serve` has collected; with `--forget`, makes room for a new beginning.
if (process.argv[2] === '--forget') {
  for (const ending of ['', '-wal', '-shm', '-journal']) rmSync(`${JOURNAL_PATH}${ending}`, { force: true });
  console.log('the journal is empty');
} else if (!existsSync(JOURNAL_PATH)) {
  console.log('there is no journal yet: start the server with `pnpm --filter workshop-04 start serve 50051`');
} else {
  const seen = new Map<string, number>();
  const journal = openJournal(JOURNAL_PATH);
  for (const { text } of journal.entries()) seen.set(text, (seen.get(text) ?? 0) + 1);
  journal.close();
  const last = Math.max(0, ...Array.from(seen.keys(), (text) => Number(text.replace('entry ', '')) || 0));
  const missing = Array.from({ length: last }, (_, at) => `entry ${at + 1}`).filter(
    (text) => !seen.has(text),
  );
  const doubled = [...seen.values()].filter((times) => times > 1);
  console.log(
    `${seen.size} different entries, up to entry ${last}: ${missing.length} missing, ${doubled.length} more than once`,
  );
}
