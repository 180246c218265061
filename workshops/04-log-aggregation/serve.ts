import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Load } from '@streamlings/grading';
import { type Hosted, host } from '@streamlings/grading/demo';
import { LogService } from '@streamlings/proto/streamlings/logs/v1/logs';
import type { Exercise } from './checks.ts';

/** Where `serve` keeps what it collects, across all its lives. */
export const JOURNAL_PATH = join(import.meta.dirname, '.streamlings', 'logs.sqlite');

/** Serves both methods over one journal, and says how it can be killed. */
export async function serve({ tally, collect, journal }: Load<Exercise>): Promise<Hosted> {
  const [summarizing, collecting, { openJournal }] = await Promise.all([tally(), collect(), journal()]);
  await mkdir(dirname(JOURNAL_PATH), { recursive: true });
  const handlers = { ...summarizing.handlers(), ...collecting.handlers(openJournal(JOURNAL_PATH)) };
  console.log(`your server is process ${process.pid}: \`kill -9 ${process.pid}\` ends it without a word`);
  return host([LogService, handlers]);
}
