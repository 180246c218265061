import { createGrader } from '@streamlings/grading/supervisor';
import { describe, expect, test } from 'vitest';
import { readSnapshot } from '../src/snapshot.ts';
import { takeSnapshot } from '../src/take-snapshot.ts';
import { createTinyCourse, lesson, solved, starter } from './tiny-course.ts';

describe('takeSnapshot()', () => {
  test('keeps every file of the lesson except its README, and what the checks expect', async () => {
    await using course = await createTinyCourse();
    await using grader = createGrader();
    expect(await takeSnapshot('lesson-01', grader, course.root)).toBe(true);
    const snapshot = await readSnapshot('lesson-01', course.root);
    expect(snapshot?.title).toBe('Answer');
    expect(snapshot?.steps.map(({ file, checks }) => [file, checks.length])).toEqual([['src/answer.ts', 3]]);
    expect(Object.keys(snapshot?.files ?? {})).toEqual([
      'checks.ts',
      'demo.ts',
      'package.json',
      'src/answer.ts',
      'tsconfig.json',
    ]);
    expect(snapshot?.files['src/answer.ts']).toBe(starter);
  });

  test('says that a snapshot is current, also from a checkout with Windows line endings', async () => {
    await using course = await createTinyCourse();
    await using grader = createGrader();
    await takeSnapshot('lesson-01', grader, course.root);
    const before = await course.read('packages/course/snapshots/lesson-01.json');
    await course.write(`${lesson}/src/answer.ts`, starter.replaceAll('\n', '\r\n'));
    expect(await takeSnapshot('lesson-01', grader, course.root)).toBe(false);
    expect(await course.read('packages/course/snapshots/lesson-01.json')).toBe(before);
  });

  test('refuses where a check of the starter passes', async () => {
    await using course = await createTinyCourse();
    await using grader = createGrader();
    await course.write(`${lesson}/src/answer.ts`, solved);
    await expect(takeSnapshot('lesson-01', grader, course.root)).rejects.toThrow(
      'step 1, `answers again` passes on the starter',
    );
    expect(await readSnapshot('lesson-01', course.root)).toBeUndefined();
  });

  test('allows that a guard passes', async () => {
    await using course = await createTinyCourse();
    await using grader = createGrader();
    const checks = await course.read(`${lesson}/checks.ts`);
    await course.write(`${lesson}/checks.ts`, checks.replace('{ hints,', '{ guard: true, hints,'));
    await course.write(`${lesson}/src/answer.ts`, solved);
    expect(await takeSnapshot('lesson-01', grader, course.root)).toBe(true);
  });

  test.each([
    [
      'does not load',
      'export function answer( {',
      '`answers with 42` fails outside the check (`answer.ts` has a syntax error',
    ],
    [
      'never answers',
      'export function answer() { for (;;); }',
      'fails outside the check (your code kept the event loop busy',
    ],
  ])('refuses a starter that %s', async (_what, text, sentence) => {
    await using course = await createTinyCourse();
    await using grader = createGrader();
    await course.write(`${lesson}/src/answer.ts`, text);
    await expect(takeSnapshot('lesson-01', grader, course.root)).rejects.toThrow(sentence);
  });
});
