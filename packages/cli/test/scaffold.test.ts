import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { courseRoot, takeSnapshot } from '@streamlings/course';
import { createTinyCourse } from '@streamlings/course/test/tiny-course';
import { verify } from '@streamlings/course/verify';
import { createGrader } from '@streamlings/grading/supervisor';
import { expect, test } from 'vitest';
import { writeWorkshop } from '../src/scaffold/workshop-files.ts';

test('a scaffolded workshop lacks checks and programs, and nothing else', async () => {
  await using course = await createTinyCourse();
  for (const [path, text] of Object.entries(writeWorkshop({ number: '06', slug: 'storyteller' })))
    await course.write(path, text);
  const packages = join(courseRoot, 'lessons/01-unary/node_modules');
  for (const place of ['workshops/06-storyteller', 'solutions/workshop-06-storyteller'])
    await symlink(packages, join(course.root, place, 'node_modules'));
  await using grader = createGrader();
  await takeSnapshot('workshop-06', grader, course.root);
  const { problems } = await verify({ root: course.root, names: ['workshop-06'], judgesLearnerFiles: true });
  expect(problems).toEqual([
    '`workshop-06`, `checks.ts`: step 1 has 1 checks: a step has 3 to 6.',
    '`workshop-06`, `checks.ts`: step 2 has 1 checks: a step has 3 to 6.',
    '`workshop-06-solution` has 0 variants of its hardest step: write at least 3.',
    '`workshop-06-solution` has 1 mistakes of step 1: write at least 2.',
    '`workshop-06-solution` has 1 mistakes of step 2: write at least 2.',
  ]);
}, 60_000);
