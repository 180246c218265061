import { expect, test } from 'vitest';
import { openLearner, openStep, type, untilTitle } from './learner.ts';

test('a workshop shows its agenda, the page of each step, and the file of each', async () => {
  await using learner = await openLearner(['workshop-01']);
  const { page, course, hub, problems } = learner;
  await openStep(page, hub, 1, 'workshop-01');
  const chapter = page.getByRole('article', { name: 'The chapter of workshop-01' });
  await chapter.getByRole('heading', { name: 'Step 1 · The contract' }).waitFor();
  await chapter.getByRole('heading', { name: 'Agenda' }).waitFor();
  await chapter.locator('.diagram svg').waitFor();
  await type(page, await course.readSolution('steps/01/proto/streamlings/ferry/v1/ferry.proto'));
  await untilTitle(page, /^✓ workshop-01, step 1/);

  await chapter.getByRole('link', { name: 'GetDeparture' }).click();
  await untilTitle(page, /^✗ workshop-01, step 2/);
  await chapter.getByRole('heading', { name: 'Step 2 · GetDeparture' }).waitFor();
  await page.locator('#pane-Code .tools code').getByText('src/server.ts').waitFor();
  expect(await chapter.getByRole('heading', { name: 'Agenda' }).isVisible()).toBe(false);
  await page.getByLabel('Read beside it').selectOption('src/timetable.ts');
  await page.getByRole('group', { name: 'src/timetable.ts' }).getByText('export').first().waitFor();
  expect(problems).toEqual([]);
});
