import { expect, test } from 'vitest';
import { openLearner, openStep, readEditor, type, untilTitle } from './learner.ts';

test('a learner begins, fails, edits, saves, passes, and goes on', async () => {
  await using learner = await openLearner();
  const { page, course, problems } = learner;
  await page.getByRole('link', { name: 'Begin with lesson-01, step 1' }).click();
  await untilTitle(page, /^✗ lesson-01, step 1/);
  await page.getByRole('strong').getByText('0 of 5 checks passed').waitFor();
  await page.locator('details[open]').getByText('"12 UNIMPLEMENTED"').waitFor();
  await page.getByRole('heading', { name: '01 · Unary' }).waitFor();

  const solution = await course.readSolution('src/server.ts');
  await type(page, solution);
  await page.keyboard.press('ControlOrMeta+s');
  await untilTitle(page, /^✓/);
  expect(await course.read('src/server.ts')).toBe(solution);
  await page.getByRole('strong').getByText('5 of 5 checks passed').waitFor();

  await page.getByRole('link', { name: 'Next: The client' }).click();
  await untilTitle(page, /^✗ lesson-01, step 2/);
  await page.getByRole('link', { name: 'Streamlings' }).click();
  await page.getByText('1 of 2 steps solved.').waitFor();
  await page.getByRole('link', { name: 'UnaryCall src/server.ts solved' }).waitFor();
  expect(problems).toEqual([]);
});

test('a save that breaks a solved step turns the verdict back', async () => {
  await using learner = await openLearner();
  const { page, course, hub } = learner;
  const starter = await course.read('src/server.ts');
  await openStep(page, hub);
  // Without a key to save: a pause does it.
  await type(page, await course.readSolution('src/server.ts'));
  await untilTitle(page, /^✓/);
  await type(page, starter);
  await untilTitle(page, /^✗/);
});

test('the file is changed outside while the page is open', async () => {
  await using learner = await openLearner();
  const { page, course, hub } = learner;
  await openStep(page, hub);
  await course.write('src/server.ts', await course.readSolution('src/server.ts'));
  await untilTitle(page, /^✓/);
  await page.locator('.editor').getByText('export function handlers').waitFor();
  await course.write('src/server.ts', '// From outside.\n');
  await untilTitle(page, /^✗/);
  expect(await readEditor(page)).toContain('// From outside.');
});

test('what ends the process of the code is a verdict, and the next save works', async () => {
  await using learner = await openLearner();
  const { page, course, hub } = learner;
  await openStep(page, hub);
  await type(page, 'export function handlers() { process.exit(3); }\n');
  await page
    .getByText(/process/i)
    .first()
    .waitFor();
  await untilTitle(page, /^✗/);
  await type(page, await course.readSolution('src/server.ts'));
  await untilTitle(page, /^✓/);
});

test('hints open one at a time, and a reload leaves them open', async () => {
  await using learner = await openLearner();
  const { page, hub } = learner;
  await openStep(page, hub);
  const hints = page.locator('.check details[open] .hints');
  await hints.getByRole('button', { name: 'Hint (6 left)' }).click();
  await hints.getByText('Which sentence is not true of your server yet?').waitFor();
  expect(await hints.getByText('Compare the answer with the comments').count()).toBe(0);
  await hints.getByRole('button', { name: 'Next hint (5 left)' }).click();
  await hints.getByText('Compare the answer with the comments').waitFor();
  await hints.getByRole('button', { name: 'Next hint (4 left)' }).click();
  await hints.getByText('server-checks.ts:').waitFor();
  await page.reload();
  await hints.getByText('server-checks.ts:').waitFor();
  await hints.getByRole('button', { name: 'Next hint (3 left)' }).waitFor();
});

test('a solution that was asked for opens again, and the map tells of it', async () => {
  await using learner = await openLearner();
  const { page, hub } = learner;
  await openStep(page, hub);
  await page.keyboard.press('4');
  await page.getByLabel('Mine beside').selectOption('solution');
  await page.getByRole('button', { name: 'Show me now' }).click();
  await page.locator('.difference .cm-content').first().waitFor();
  await page.reload();
  await page.getByRole('tab', { name: 'Compare' }).click();
  await page.getByLabel('Mine beside').selectOption('solution');
  await page.locator('.difference .cm-content').first().waitFor();
  await page.keyboard.press('m');
  await page.getByRole('link', { name: 'UnaryCall src/server.ts not started solution seen' }).waitFor();
});

test('what the type checker finds stands above the checks, and is marked in the editor', async () => {
  await using learner = await openLearner();
  const { page, course, hub, problems } = learner;
  await course.write('src/server.ts', `${await course.read('src/server.ts')}const wrong: number = 'text';\n`);
  await openStep(page, hub);
  await page.getByText(/Types, src\/server\.ts:\d+: TS2322/).waitFor();
  await page.locator('.editor .cm-lintRange-error', { hasText: 'wrong' }).waitFor();
  expect(problems).toEqual([]);
});
