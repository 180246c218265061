import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { listViolations } from './axe.ts';
import { type Learner, openLearner, untilTitle } from './learner.ts';

/** Opens the lab of lesson 02, by its key. */
async function openLab({ page, hub }: Learner): Promise<void> {
  await page.goto(new URL('/lesson-02/1', hub.url).href);
  await untilTitle(page, /^[✗✓]/);
  await page.getByRole('tab', { name: 'Lab' }).waitFor();
  await page.keyboard.press('6');
  await page.getByRole('spinbutton', { name: 'messages', exact: true }).waitFor();
}

const guess = (page: Page) => page.getByRole('spinbutton', { name: /^How many/ });
const call = (page: Page) => page.getByRole('button', { name: 'Call', exact: true });

test('a learner guesses, calls their own server, sees the wire, and hears what was measured', async () => {
  await using learner = await openLearner(['lesson-02']);
  const { page, course, problems } = learner;
  await course.write('src/server.ts', await course.readSolution('src/server.ts'));
  await openLab(learner);
  await untilTitle(page, /^✓/);

  await page.locator('select:has(option:text-is("mine"):checked)').waitFor({ state: 'attached' });
  await call(page).click();
  await page.getByText('Guess first: a whole number.').waitFor();
  await page.keyboard.type('3');
  await page.getByRole('spinbutton', { name: 'messages', exact: true }).fill('5000');
  await page.getByText('Give a whole number from 1 to 1,000.').waitFor();
  await call(page).click();
  await page.getByText('A knob is out of its bounds.').waitFor();
  await page.getByRole('spinbutton', { name: 'messages', exact: true }).fill('300');
  await page.keyboard.press('Enter');

  const result = page.getByRole('region', { name: 'What came of it' });
  await page.getByRole('img', { name: /ServerStreaming: frames/ }).waitFor();
  await result.waitFor();
  await result.getByText('1 CANCELLED').waitFor();
  await result.getByText('your guess').locator('xpath=..').getByText('3', { exact: true }).waitFor();
  await result.getByText('measured').locator('xpath=..').getByText('300', { exact: true }).waitFor();
  await result.getByText(/the stream window had been used up since/).waitFor();
  await page.getByText('In words').first().click();
  await page.getByLabel('lesson-02: ServerStreaming in words').getByText('RST_STREAM').waitFor();
  expect(await page.getByText('Save as SVG').count()).toBe(2);
  expect(await listViolations(page)).toEqual([]);
  expect(problems).toEqual([]);
});

test('the solution is chosen until the step is solved, and a narrow window shows all of the lab', async () => {
  await using learner = await openLearner(['lesson-02']);
  const { page, problems } = learner;
  await page.setViewportSize({ width: 360, height: 740 });
  await openLab(learner);
  expect(await page.getByLabel('Whose server answers').inputValue()).toBe('the solution');
  await guess(page).fill('3');
  await page.getByLabel('reads', { exact: true }).selectOption('at once');
  // Another way to read is another question.
  expect(await guess(page).inputValue()).toBe('');
  await guess(page).fill('7');
  await call(page).click();
  const result = page.getByRole('region', { name: 'What came of it' });
  await result.getByText('0 OK').waitFor();
  await result.getByText('measured').locator('xpath=..').getByText('200', { exact: true }).waitFor();
  const frames = page.getByRole('img', { name: /ServerStreaming: frames/ });
  expect(await frames.evaluate((picture: HTMLImageElement) => picture.naturalWidth)).toBeLessThan(360);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(360);
  expect(await listViolations(page)).toEqual([]);
  expect(problems).toEqual([]);
});
