import { createTinyWorkshop, solution } from '@streamlings/course/test/tiny-workshop';
import { expect, test } from 'vitest';
import { examineWorkshop } from '../src/doctor/examine-workshop.ts';

test('a workshop whose solution passes is fine', async () => {
  await using course = await createTinyWorkshop();
  expect(await examineWorkshop('1', course.root)).toMatchObject({
    state: 'fine',
    found: expect.stringContaining('the solution of `workshop-01` passes all 6 checks'),
  });
});

test('a workshop whose solution fails here is an obstacle', async () => {
  await using course = await createTinyWorkshop();
  await course.write(
    `${solution}/steps/02/src/counter.ts`,
    'export const one = () => 1;\nexport const two = () => 3;\n',
  );
  expect(await examineWorkshop('01', course.root)).toMatchObject({
    state: 'wrong',
    found: 'the solution of `workshop-01` passes 3 of 6 checks',
    advice: expect.stringContaining('`pnpm test --filter workshop-01-solution`'),
  });
});

test.each([
  ['seven', '`seven` is no number of a workshop'],
  ['7', 'There is no `workshop-07`'],
])('a workshop %s is refused', async (number, sentence) => {
  await using course = await createTinyWorkshop();
  await expect(examineWorkshop(number, course.root)).rejects.toThrow(sentence);
});
