import { expect, test } from 'vitest';
import { readCompanions } from '../src/companions.ts';
import { createTinyCourse, lesson } from './tiny-course.ts';

const contract = 'proto/streamlings/answer/v1/answer.proto';

test('readCompanions() finds the files of the learner and the contracts that a text names, and no others', async () => {
  await using course = await createTinyCourse();
  await course.write(contract, '// agreed\n');
  await course.write('proto/streamlings/other/v1/other.proto', '// not named\n');
  await course.write(`${lesson}/src/more.ts`, '// more\n');
  const text = `See \`${contract}\`, ../proto/streamlings/../secret.proto and [this](../../${contract}).`;
  const found = await readCompanions(`${course.root}/${lesson}`, text, course.root);
  expect(found.map(({ path }) => path)).toEqual([contract, 'src/answer.ts', 'src/more.ts']);
  expect(found[0]?.text).toBe('// agreed\n');
});

test('readCompanions() takes a contract of the lesson for the one that is meant', async () => {
  await using course = await createTinyCourse();
  await course.write(contract, '// of the course\n');
  await course.write(`${lesson}/${contract}`, '// mine\n');
  const found = await readCompanions(`${course.root}/${lesson}`, `\`${contract}\``, course.root);
  expect(found.find(({ path }) => path === contract)?.text).toBe('// mine\n');
});

test('readCompanions() finds the World where a file of the learner gets one', async () => {
  await using course = await createTinyCourse();
  const world = 'packages/grading/src/world/world.ts';
  await course.write(world, '// everything outside\n');
  const pathsOf = async () =>
    (await readCompanions(`${course.root}/${lesson}`, '', course.root)).map(({ path }) => path);
  expect(await pathsOf()).toEqual(['src/answer.ts']);
  await course.write(`${lesson}/src/answer.ts`, "import type { World } from '@streamlings/grading';\n");
  expect(await pathsOf()).toEqual([world, 'src/answer.ts']);
});
