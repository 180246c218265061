import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  afterAll,
  afterEach,
  beforeEach,
  describe,
  inject,
  type RunnerTask,
  type RunnerTestSuite,
  type TestError,
  TestRunner,
  vi,
} from 'vitest';
import { createLoad, ExerciseError } from '../exercise.ts';
import { createRandom } from '../world/random.ts';
import { watchAssertions } from './assertions.ts';
import { type ConductWatch, watchConduct } from './conduct.ts';
import type { SuiteRequest, SuiteRunRequest } from './protocol.ts';

type Suite = (subject: unknown) => void;

/** How long the clearing away after a suite may take, in milliseconds. */
const SETTLE_LIMIT_MS = 10_000;

/** How many tests may hang before the rest is left out. */
const MAX_HUNG = 2;

/** Declares the learner's tests for one run, as often as the run says. */
export async function enter(id: string): Promise<void> {
  const { file, subjects, runs }: SuiteRequest = JSON.parse(inject('suiteRequest'));
  const run = runs.find((each) => each.id === id);
  if (!run) throw new Error(`there is no run ${id}`);
  vi.setConfig({ testTimeout: run.testLimitMs, hookTimeout: run.testLimitMs });
  const conduct = watchConduct(file);
  const subject = await findSubject(subjects, run.subject);
  const suite = await loadSuite(file);
  addHooks(run, conduct);
  for (let time = 1; time <= run.times; time++) {
    describe(String(time), () => {
      suite(subject);
      reorder(TestRunner.getCurrentSuite().tasks as RunnerTask[], time);
    });
  }
}

async function findSubject(module: string, path: string[]): Promise<unknown> {
  let found: unknown = await import(pathToFileURL(module).href);
  for (const name of path) found = (found as Record<string, unknown>)[name];
  if (found === undefined) throw new Error(`${module} has no ${path.join('.')}`);
  return found;
}

async function loadSuite(file: string): Promise<Suite> {
  const module = (await createLoad({ file }).file?.()) as { suite: Suite };
  const { suite } = module;
  if (typeof suite === 'function') return suite;
  throw new ExerciseError(`\`suite\` in \`${basename(file)}\` is no function`);
}

function addHooks(run: SuiteRunRequest, conduct: ConductWatch): void {
  const hasAsserted = watchAssertions();
  beforeEach(({ skip, task }) => {
    const failed = failuresIn(task.file);
    const hung = failed.filter((errors) => errors.some(({ message }) => message.includes('timed out in')));
    if (!(run.stopsAtFailure && failed.length > 0) && hung.length < MAX_HUNG) return;
    leaveOut(task.file);
    skip();
  });
  afterEach(({ task }) => {
    task.meta.streamlingsAsserted = hasAsserted(task);
  });
  // vitest reads the names of fixtures off the first parameter, and none is wanted.
  // biome-ignore lint/correctness/noEmptyPattern: vitest demands a pattern
  afterAll(async ({}, file) => {
    file.meta.streamlings = run.stopsAtFailure ? conduct.take() : await conduct.settle();
  }, SETTLE_LIMIT_MS);
}

/** The errors of each test that has failed so far, those of its hooks included. */
function failuresIn(suite: RunnerTestSuite): TestError[][] {
  return suite.tasks.flatMap((task) => {
    if (task.type === 'suite') return failuresIn(task);
    return task.result?.state === 'fail' ? [task.result.errors ?? []] : [];
  });
}

/** Leaves out the tests that have not begun; a test that skips itself would still run its `afterEach`. */
function leaveOut(suite: RunnerTestSuite): void {
  for (const task of suite.tasks) {
    if (task.type === 'suite') leaveOut(task);
    else if (!task.result) task.mode = 'skip';
  }
}

/** Leaves the tests as they are written the first time, turns them round the second, and shuffles them from then on. */
function reorder(tasks: RunnerTask[], time: number): void {
  for (const task of tasks) if (task.type === 'suite') reorder(task.tasks, time);
  if (time === 2) tasks.reverse();
  if (time <= 2) return;
  const random = createRandom(time);
  for (let last = tasks.length - 1; last > 0; last--) {
    const other = Math.floor(random.next() * (last + 1));
    [tasks[last], tasks[other]] = [tasks[other] as RunnerTask, tasks[last] as RunnerTask];
  }
}
