import { expect, test } from 'vitest';
import { openLearner, openStep, untilTitle } from './learner.ts';

test('after a step is solved, what others get wrong opens, runs, and shows its frames', async () => {
  await using learner = await openLearner();
  const { page, course, hub, problems } = learner;
  await openStep(page, hub);
  await page.keyboard.press('a');
  await page.getByText('The mistakes of step 1 open when it is solved').waitFor();
  expect(await page.locator('.gallery li').count()).toBe(0);

  await page.keyboard.press('p');
  await openStep(page, hub);
  await course.write('src/server.ts', await course.readSolution('src/server.ts'));
  await untilTitle(page, /^✓/);
  await page.getByRole('link', { name: 'What others get wrong here' }).click();
  const card = page.locator('.gallery li', { hasText: 'An async handler can return its answer' });
  await card.getByRole('button', { name: /^Run it/ }).click();
  await card.getByText('It fails, as it should.').waitFor();
  await card.getByRole('img', { name: /frames, drawn/ }).waitFor();
  await card.getByText('but its callback was never called').first().waitFor();
  await card.getByRole('button', { name: /^The program/ }).click();
  await card.locator('.difference .cm-deletedChunk').first().waitFor();
  await card.locator('.cm-collapsedLines').first().waitFor();
  await card.getByLabel('all lines').press('Space');
  await card.locator('.cm-collapsedLines').first().waitFor({ state: 'detached' });
  await page.getByText('The mistakes of step 2 open when it is solved').waitFor();
  await page.getByRole('heading', { name: 'What to try now' }).waitFor();
  await page.getByRole('link', { name: 'Status codes' }).waitFor();
  await page.getByRole('link', { name: 'Step 2: The client' }).click();
  await untilTitle(page, /lesson-01, step 2/);
  expect(problems).toEqual([]);
});
