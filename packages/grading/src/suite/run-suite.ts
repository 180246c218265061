import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExerciseError } from '../exercise.ts';
import { run as graded } from '../run.ts';
import {
  noConduct,
  type SuiteLine,
  type SuiteRequest,
  type SuiteRun,
  type SuiteRunRequest,
} from './protocol.ts';

// Taken before any exercise or fake timer can replace them.
const { setTimeout, clearTimeout } = globalThis;

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

/** How long all runs together may take by default, in milliseconds; a check of them needs a longer limit. */
export const SUITE_LIMIT_MS = 20_000;

/** Which suite to run, and against what. */
export interface RunSuiteOptions {
  /** The learner's file, absolute, or the name that it has in `Exercise`. */
  file: string;
  /** The module with the subjects. */
  subjects: URL;
  runs: Array<Pick<SuiteRunRequest, 'id' | 'subject'> & Partial<SuiteRunRequest>>;
  /** How long all runs together may take, in milliseconds; {@link SUITE_LIMIT_MS} by default. */
  limitMs?: number;
}

/** How long a test or a hook may take unless its run says otherwise, in milliseconds. */
const TEST_LIMIT_MS = 1500;

/**
 * Runs the suite that a file of the learner exports against several subjects, at the same time and each in a thread of
 * its own. Every run gets its result, also one that never comes to its end.
 *
 * @throws ExerciseError if the file cannot be used.
 */
export async function runSuite({
  file,
  subjects,
  runs,
  limitMs = SUITE_LIMIT_MS,
}: RunSuiteOptions): Promise<Map<string, SuiteRun>> {
  const timeFactor = graded?.timeFactor ?? 1;
  const request: SuiteRequest = {
    file: graded?.files[file] ?? file,
    subjects: fileURLToPath(subjects),
    runs: runs.map((each) => ({
      times: 1,
      stopsAtFailure: false,
      ...each,
      testLimitMs: (each.testLimitMs ?? TEST_LIMIT_MS) * timeFactor,
    })),
  };
  const results = await collect(request, limitMs * timeFactor);
  for (const { isUnusable, problem } of results.values()) {
    if (isUnusable) throw new ExerciseError(problem ?? 'the file cannot be used');
  }
  for (const { id } of runs) {
    const problem = 'it had not come to its end when the time was over';
    if (!results.has(id)) results.set(id, { ...noConduct, id, tests: [], problem, isUnusable: false });
  }
  return results;
}

async function collect(request: SuiteRequest, limitMs: number): Promise<Map<string, SuiteRun>> {
  const results = new Map<string, SuiteRun>();
  const { promise: over, resolve, reject } = Promise.withResolvers<void>();
  const folder = await mkdtemp(join(tmpdir(), 'streamlings-suite-'));
  const child = fork(main, [folder], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1', VITEST: undefined, NODE_ENV: 'test' },
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-4096);
  });
  child.on('message', (line: SuiteLine) => {
    if ('run' in line) results.set(line.run.id, line.run);
    else resolve();
  });
  child.once('error', reject);
  child.once('exit', () => reject(new Error(`the process that runs your tests is gone: ${errors}`)));
  child.send(request);
  const limit = setTimeout(resolve, limitMs);
  try {
    await over;
    return results;
  } finally {
    clearTimeout(limit);
    child.removeAllListeners();
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
}
