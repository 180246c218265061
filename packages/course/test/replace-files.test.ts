import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { keepText, replaceText, reset, solve, undo } from '../src/replace-files.ts';
import { readBackup } from '../src/state/backups.ts';
import { createReleasedCourse } from './released-course.ts';
import { lesson, solved, starter } from './tiny-course.ts';

const mine = 'export const answer = () => 41;\n';
const file = `${lesson}/src/answer.ts`;
async function createStartedCourse() {
  const course = await createReleasedCourse();
  await course.write(file, mine);
  return course;
}

describe('reset()', () => {
  test('restores the starter byte for byte and keeps the file that was there', async () => {
    await using course = await createStartedCourse();
    const { written, backup } = await reset('lesson-01', undefined, course.root);
    expect(written).toEqual(['src/answer.ts']);
    expect(await course.read(file)).toBe(starter);
    if (!backup) throw new Error('there is no backup');
    expect((await readBackup(backup))['src/answer.ts']?.toString()).toBe(mine);
    expect(backup.folder.startsWith(join(course.root, '.streamlings/backups/lesson-01'))).toBe(true);
  });

  test("restores the course's own files too", async () => {
    await using course = await createStartedCourse();
    const checks = await course.read(`${lesson}/checks.ts`);
    await course.write(`${lesson}/checks.ts`, '');
    await reset('lesson-01', undefined, course.root);
    expect(await course.read(`${lesson}/checks.ts`)).toBe(checks);
  });

  test('restores the file of one step alone', async () => {
    await using course = await createStartedCourse();
    await course.write(`${lesson}/checks.ts`, '');
    const { written } = await reset('lesson-01', 1, course.root);
    expect(written).toEqual(['src/answer.ts']);
    expect(await course.read(`${lesson}/checks.ts`)).toBe('');
  });

  test('changes nothing and takes no backup where the starter is untouched', async () => {
    await using course = await createStartedCourse();
    await course.write(file, starter);
    expect(await reset('lesson-01', undefined, course.root)).toMatchObject({
      written: [],
      backup: undefined,
    });
  });

  test('names the steps that there are', async () => {
    await using course = await createStartedCourse();
    await expect(reset('lesson-01', 4, course.root)).rejects.toThrow(
      '`lesson-01` has no step 4: it has steps 1 to 1.',
    );
  });
});

describe('solve()', () => {
  test('puts the solution in place and keeps the file that was there', async () => {
    await using course = await createStartedCourse();
    const { backup } = await solve('lesson-01', undefined, course.root);
    expect(await course.read(file)).toBe(solved);
    expect(backup && (await readdir(join(backup.folder, 'src')))).toEqual(['answer.ts']);
  });
});

describe('undo()', () => {
  test('brings back what the latest command replaced, and a second time takes that back', async () => {
    await using course = await createStartedCourse();
    await solve('lesson-01', undefined, course.root);
    await undo(undefined, course.root);
    expect(await course.read(file)).toBe(mine);
    await undo('lesson-01', course.root);
    expect(await course.read(file)).toBe(solved);
  });

  test('says so where there is nothing to undo', async () => {
    await using course = await createStartedCourse();
    await expect(undo(undefined, course.root)).rejects.toThrow('There is nothing to undo.');
  });
});

describe('replaceText()', () => {
  test('keeps what it replaces', async () => {
    await using course = await createStartedCourse();
    const { backup } = await replaceText('lesson-01', 'src/answer.ts', '// other\n', course.root);
    expect(await course.read(file)).toBe('// other\n');
    if (!backup) throw new Error('there is no backup');
    expect((await readBackup(backup))['src/answer.ts']?.toString()).toBe(mine);
  });
});

describe('keepText()', () => {
  test('lets undo bring back a text that was no file', async () => {
    await using course = await createStartedCourse();
    await keepText('lesson-01', 'src/answer.ts', '// only typed\n', course.root);
    expect(await course.read(file)).toBe(mine);
    await undo('lesson-01', course.root);
    expect(await course.read(file)).toBe('// only typed\n');
  });
});
