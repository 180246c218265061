import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findUnit, findUnits } from '../src/discovery.ts';
import { createTinyCourse } from './tiny-course.ts';

describe('findUnits()', () => {
  test('finds lessons and then workshops, sorted by number', async () => {
    await using course = await createTinyCourse();
    await course.write('lessons/02-again/package.json', '{ "name": "lesson-02" }');
    await course.write('workshops/01-chat/package.json', '{ "name": "workshop-01" }');
    const units = await findUnits(course.root);
    expect(units.map((unit) => unit.name)).toEqual(['lesson-01', 'lesson-02', 'workshop-01']);
    expect(units[0]).toEqual({
      kind: 'lesson',
      number: 1,
      slug: 'answer',
      name: 'lesson-01',
      folder: join(course.root, 'lessons/01-answer'),
      solution: join(course.root, 'solutions/lesson-01-answer'),
    });
  });

  test('leaves out a folder without a package.json', async () => {
    await using course = await createTinyCourse();
    await course.write('lessons/09-left-behind/.streamlings/checks.ts', '');
    expect(await findUnits(course.root)).toHaveLength(1);
  });

  test('rejects a folder that has no number, and says how to name it', async () => {
    await using course = await createTinyCourse();
    await rename(join(course.root, 'lessons/01-answer'), join(course.root, 'lessons/answer'));
    await expect(findUnits(course.root)).rejects.toThrow(
      '`lessons/answer` is not named like `lessons/05-flow-control`: rename the folder.',
    );
  });

  test('rejects a package whose name disagrees, with the file, the line and both values', async () => {
    await using course = await createTinyCourse();
    await course.write('lessons/01-answer/package.json', '{\n  "private": true,\n  "name": "lesson-1"\n}\n');
    await expect(findUnits(course.root)).rejects.toThrow(
      '`lessons/01-answer/package.json`, line 3: the name is `lesson-1`, and the folder says `lesson-01`: change the name to `lesson-01`.',
    );
  });

  test('rejects two lessons with one number', async () => {
    await using course = await createTinyCourse();
    await course.write('lessons/01-other/package.json', '{ "name": "lesson-01" }');
    await expect(findUnits(course.root)).rejects.toThrow(
      '`lessons/01-answer` and `lessons/01-other` have the same number: rename one of them.',
    );
  });
});

describe('findUnit()', () => {
  test('takes the name of the package or of the folder', async () => {
    await using course = await createTinyCourse();
    const byPackage = await findUnit('lesson-01', course.root);
    expect(await findUnit('01-answer', course.root)).toEqual(byPackage);
  });

  test('names the lessons that there are when there is none of that name', async () => {
    await using course = await createTinyCourse();
    await expect(findUnit('lesson-9', course.root)).rejects.toThrow(
      'There is no `lesson-9`: choose one of `lesson-01`.',
    );
  });
});
