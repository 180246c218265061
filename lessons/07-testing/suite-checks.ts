import {
  formatTable,
  type RunSuiteOptions,
  runSuite,
  SUITE_LIMIT_MS,
  type SuiteRun,
} from '@streamlings/grading/suite';
import { expect } from 'vitest';
import type { Broken } from './servers/subjects.ts';

/** A check of a suite waits for its runs, first against right servers and then against broken ones. */
export const limitMs = 2 * SUITE_LIMIT_MS + 5000;

/** How long a test may take, against right servers and broken ones alike: a test that is slow notices nothing. */
const TEST_LIMIT_MS = 2000;
/** How long a test may take where everything takes longer. */
const SLOW_TEST_LIMIT_MS = 5000;

/** The runs of a suite against right subjects. */
export interface RightRuns {
  /** Five times: as written, backwards, and in three other orders. */
  right: SuiteRun;
  /** Against those that behave differently; one of them is slow. */
  others: SuiteRun[];
}

/** All runs of a suite; those of each kind begin when they are asked for first. */
export interface SuiteRuns {
  right(): Promise<RightRuns>;
  /** By the names of the broken subjects; rejects if the suite fails against the right one. */
  broken(): Promise<Map<string, SuiteRun>>;
}

/** A module with subjects. */
interface Subjects {
  /** Where it is. */
  module: URL;
  /** The names of its exports that are right subjects. */
  others: string[];
  /** Its export `servers`. */
  servers: ReadonlyArray<Broken<unknown>>;
}

/** Prepares the runs of a suite. */
export function createRuns(key: string, { module, others, servers }: Subjects): SuiteRuns {
  const start = (runs: RunSuiteOptions['runs']) => runSuite({ file: key, subjects: module, runs });
  const once = <T>(run: () => Promise<T>) => {
    let result: Promise<T> | undefined;
    return () => (result ??= run());
  };

  const right = once(async () => {
    const runs = await start([
      { id: 'right', subject: ['right'], times: 5, testLimitMs: TEST_LIMIT_MS },
      ...others.map((id) => ({ id, subject: [id], testLimitMs: SLOW_TEST_LIMIT_MS })),
    ]);
    const find = (id: string): SuiteRun => runs.get(id) as SuiteRun;
    return { right: find('right'), others: others.map(find) };
  });
  const broken = once(async () => {
    expectPass((await right()).right, 'against the right one, so that no failure says anything');
    const runs = await start(
      servers.map((_, index) => ({
        id: `broken-${index}`,
        subject: ['servers', String(index), 'subject'],
        stopsAtFailure: true,
        testLimitMs: TEST_LIMIT_MS,
      })),
    );
    return new Map(servers.map(({ name }, index) => [name, runs.get(`broken-${index}`) as SuiteRun]));
  });
  return { right, broken };
}

/** Demands tests, and that all of them pass. */
export function expectPass(run: SuiteRun | undefined, where: string): asserts run {
  if (!run) throw new Error(`there was no run ${where}`);
  expect(run.problem, `what stopped your tests ${where}`).toBeUndefined();
  const ran = run.tests.filter(({ state }) => state !== 'skipped');
  expect(ran.length, `tests of yours that ran ${where}`).toBeGreaterThan(0);
  expect(failuresOf(run), `tests of yours that failed ${where}`).toEqual([]);
}

/** The tests that failed, each once, with its reason. */
export function failuresOf({ tests }: SuiteRun): string[] {
  const failed = tests.filter(({ state }) => state === 'failed');
  return [...new Map(failed.map(({ name, error }) => [name, `${name}: ${error}`])).values()];
}

/** Demands that some test fails against each broken subject, after printing the table of who noticed what. */
export function expectNoticed(
  broken: Map<string, SuiteRun>,
  servers: ReadonlyArray<Broken<unknown>>,
  noun: string,
): void {
  const rows = servers.map(({ name, breaks, hint }) => {
    return { name, breaks, hint, by: findNoticing(broken.get(name)) };
  });
  console.log(formatTable(rows));
  const missed = rows.filter(({ by }) => by === undefined).map(({ name }) => name);
  expect(missed, `${noun} that your tests did not notice`).toEqual([]);
}

/** Whether no test has failed against a broken subject. */
export function isMissed(broken: Map<string, SuiteRun>, name: string): boolean {
  return findNoticing(broken.get(name)) === undefined;
}

function findNoticing(run: SuiteRun | undefined): string | undefined {
  return run?.tests.find(({ state }) => state === 'failed')?.name;
}

/** Demands an assertion of each test. */
export function expectAssertions({ tests }: SuiteRun): void {
  const empty = tests.filter(({ state, asserted }) => state === 'passed' && !asserted);
  expect([...new Set(empty.map(({ name }) => name))], 'tests that passed without an assertion').toEqual([]);
}

/** Predicates for `diagnose`, of what a run has shown. */
export const signs = {
  /** A test that fails in one order and passes in another. */
  dependsOnOrder: ({ tests }: SuiteRun): boolean => {
    const ran = tests.filter(({ state }) => state !== 'skipped');
    const byName = [...Map.groupBy(ran, ({ name }) => name).values()];
    return byName.some((each) => new Set(each.map(({ state }) => state)).size > 1);
  },
  failed: (run: SuiteRun | undefined): boolean => run !== undefined && failuresOf(run).length > 0,
  timedOut: ({ tests }: SuiteRun): boolean => tests.some((test) => test.timedOut),
  /** A comparison of two codes: what was expected, and what came. */
  expected: ({ tests }: SuiteRun, expected: number, received: number): boolean =>
    tests.some((test) => test.expected === String(expected) && test.received === String(received)),
};
