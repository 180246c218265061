import { describe, expect, test } from 'vitest';
import { readProgress } from '../src/progress.ts';
import { reset, solve } from '../src/replace-files.ts';
import { recordSeenSolutions } from '../src/state/seen-solutions.ts';
import { createReleasedCourse } from './released-course.ts';
import { createTinyWorkshop } from './tiny-workshop.ts';

async function listSeen(root: string): Promise<number[]> {
  const steps = (await readProgress(root)).flatMap((each) => each.steps);
  return steps.filter((step) => step.hasSeenSolution).map(({ number }) => number);
}

describe('recordSeenSolutions()', () => {
  test('shows in the progress, until a reset', async () => {
    await using course = await createReleasedCourse();
    expect(await listSeen(course.root)).toEqual([]);
    await recordSeenSolutions('lesson-01', [1], course.root);
    expect(await listSeen(course.root)).toEqual([1]);
    await reset('lesson-01', 1, course.root);
    expect(await listSeen(course.root)).toEqual([]);
  });

  test('adds to what was seen before', async () => {
    await using course = await createTinyWorkshop();
    await recordSeenSolutions('workshop-01', [2], course.root);
    await recordSeenSolutions('workshop-01', [1], course.root);
    expect(await listSeen(course.root)).toEqual([1, 2]);
  });
});

describe('reset()', () => {
  test('lets the step of a workshop and those after it begin unseen', async () => {
    await using course = await createTinyWorkshop();
    await recordSeenSolutions('workshop-01', [1, 2], course.root);
    await reset('workshop-01', 2, course.root);
    expect(await listSeen(course.root)).toEqual([1]);
  });
});

describe('solve()', () => {
  test('is a way to see the solution', async () => {
    await using course = await createReleasedCourse();
    await solve('lesson-01', undefined, course.root);
    expect(await listSeen(course.root)).toEqual([1]);
  });
});
