import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { loadWorkspace, readProgress, recordResult } from '@streamlings/course';
import { createReleasedCourse } from '@streamlings/course/test/released-course';
import { lesson, solved, starter, type TinyCourse } from '@streamlings/course/test/tiny-course';
import { createGrader } from '@streamlings/grading/supervisor';
import { describe, expect, test, vi } from 'vitest';
import { readFingerprint } from '../src/engine/fingerprint.ts';
import { createLearnerEngine, type LearnerState } from '../src/engine/learner-engine.ts';
import { hasPassed } from '../src/engine/run-view.ts';
import { watchFiles } from '../src/engine/watch-files.ts';

const file = `${lesson}/src/answer.ts`;

/** Starts an engine with a real grader and a real watcher, and lets the test wait for a state. */
async function follow({ root }: TinyCourse) {
  const grader = createGrader();
  const waiting: Array<{ isMet(state: LearnerState): boolean; resolve(): void }> = [];
  const engine = await createLearnerEngine(
    {
      readProgress: () => readProgress(root),
      loadWorkspace: (name) => loadWorkspace(name, root),
      recordResult: (name, events) => recordResult(name, events, root),
      readFingerprint,
    },
    grader,
    (state) => {
      for (const each of waiting) if (each.isMet(state)) each.resolve();
    },
  );
  const watcher = await watchFiles([join(root, lesson, 'src')], (path) => engine.saved(path));
  return {
    engine,
    until: (isMet: (state: LearnerState) => boolean): Promise<void> => {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ isMet, resolve });
      if (isMet(engine.state)) resolve();
      return promise;
    },
    [Symbol.asyncDispose]: async () => {
      for (const each of [watcher, engine, grader]) await each[Symbol.asyncDispose]();
    },
  };
}

const hasFailed = ({ run }: LearnerState): boolean => run.phase === 'finished' && run.failure !== undefined;
const isSolved = ({ run, stations }: LearnerState): boolean => {
  return hasPassed(run) && stations[0]?.step.progress === 'solved';
};

describe('watchFiles()', () => {
  test.each([
    ['native watching', '0', undefined],
    ['polling', '1', 'STREAMLINGS_POLL=1'],
  ])('reports a save by %s', async (_what, poll, reason) => {
    await using course = await createReleasedCourse();
    const seen = Promise.withResolvers<string>();
    vi.stubEnv('STREAMLINGS_POLL', poll);
    await using watcher = await watchFiles([join(course.root, lesson, 'src')], seen.resolve);
    vi.unstubAllEnvs();
    expect(watcher.pollingReason).toBe(reason);
    await course.write(file, solved);
    expect(await seen.promise).toBe(join(course.root, file));
  });
});

describe('a save', () => {
  test('turns the verdict, and a later one turns it back', async () => {
    await using course = await createReleasedCourse();
    await using learner = await follow(course);
    learner.engine.run();
    await learner.until(hasFailed);
    await course.write(file, solved);
    await learner.until(isSolved);
    await course.write(file, starter);
    await learner.until(hasFailed);
    expect(learner.engine.state.run.failure?.name).toBe('answers with 42');
  });

  test('is seen when the editor writes another file and renames it', async () => {
    await using course = await createReleasedCourse();
    await using learner = await follow(course);
    learner.engine.run();
    await learner.until(hasFailed);
    await course.write(`${file}.tmp`, solved);
    await rename(join(course.root, `${file}.tmp`), join(course.root, file));
    await learner.until(isSolved);
  });

  test('during a run is graded in its place', async () => {
    await using course = await createReleasedCourse();
    await course.write(file, 'export function answer() { for (;;); }\n');
    await using learner = await follow(course);
    learner.engine.run();
    await learner.until(({ run }) => run.checks.some(({ state }) => state === 'running'));
    await course.write(file, solved);
    await learner.until(isSolved);
  });
});
