import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { listViolations } from './axe.ts';
import { openLearner, openStep, untilTitle } from './learner.ts';

test('no page has a violation of axe, in light or dark', async () => {
  await using learner = await openLearner();
  const { page, hub, problems } = learner;
  await page.getByText('0 of 2 steps solved.').waitFor();
  expect(await listViolations(page), 'map').toEqual([]);
  await openStep(page, hub);
  await page.locator('.diagram svg').waitFor();
  await page.locator('.editor .cm-content').waitFor();
  expect(await listViolations(page), 'lesson').toEqual([]);
  for (const [tab, sign] of [
    ['Wire', 'Save as SVG'],
    ['Compare', 'They are the same.'],
    ['Demo', 'Run the demo'],
  ] as const) {
    await page.getByRole('tab', { name: tab }).click();
    await page.getByText(sign).first().waitFor();
    expect(await listViolations(page), tab).toEqual([]);
  }
  await page.getByLabel('Parts of the lesson').getByText('Compare').click();
  await page.getByLabel('Mine beside').selectOption('solution');
  await page.getByRole('button', { name: 'Show me now' }).click();
  await page.locator('.difference .cm-content').first().waitFor();
  expect(await listViolations(page), 'comparison').toEqual([]);
  await page.keyboard.press('ControlOrMeta+k');
  await page.getByPlaceholder('What do you want to do?').waitFor();
  expect(await listViolations(page), 'palette').toEqual([]);
  await page.goto(new URL('/lesson-01/after', hub.url).href);
  const card = page.locator('.gallery li').first();
  await card.getByRole('button', { name: /^Run it/ }).click();
  await card.getByText('Save as SVG').first().waitFor();
  await card.getByRole('button', { name: /^The program/ }).click();
  await card.locator('.difference .cm-content').waitFor();
  expect(await listViolations(page), 'after the lesson').toEqual([]);
  expect(problems).toEqual([]);
});

test('the keyboard alone leads from the map to the wire and back', async () => {
  await using learner = await openLearner();
  const { page } = learner;
  await page.getByText('0 of 2 steps solved.').waitFor();
  await page.keyboard.press('ControlOrMeta+k');
  await page.keyboard.type('lesson-01, step 2');
  await page.keyboard.press('Enter');
  await untilTitle(page, /^✗ lesson-01, step 2/);
  await page.keyboard.press('p');
  await untilTitle(page, /^✗ lesson-01, step 1/);
  expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(900);
  await page.keyboard.press('3');
  await page.getByRole('tab', { name: 'Wire', selected: true }).waitFor();
  await page.getByText('Save as SVG').first().waitFor();
  await page.getByRole('tab', { name: 'Wire' }).focus();
  await page.keyboard.press('ArrowLeft');
  await page.getByRole('tab', { name: 'Code', selected: true }).waitFor();
  await page.keyboard.press('m');
  await page.getByRole('heading', { name: 'gRPC streaming, by building it' }).waitFor();
});

test('a narrow window shows every part without scrolling sideways', async () => {
  await using learner = await openLearner();
  const { page, hub } = learner;
  await page.setViewportSize({ width: 360, height: 740 });
  await openStep(page, hub);
  const readWidth = () => page.evaluate(() => document.documentElement.scrollWidth);
  for (const tab of ['Chapter', 'Code', 'Wire', 'Compare', 'Demo']) {
    await page.getByRole('tab', { name: tab }).click();
    await page.getByRole('tab', { name: tab, selected: true }).waitFor();
    expect(await readWidth(), tab).toBeLessThanOrEqual(360);
  }
  await page.goto(new URL('/lesson-01/after', hub.url).href);
  await page.getByRole('heading', { name: 'What to read next' }).waitFor();
  expect(await readWidth(), 'after the lesson').toBeLessThanOrEqual(360);
});

test('what the code prints is text on the page, never markup', async () => {
  await using learner = await openLearner();
  const { page, hub, course } = learner;
  const print = 'console.log(\'<img src=x onerror="document.title=1">\');';
  await course.write('src/server.ts', `${print}\n${await course.read('src/server.ts')}`);
  await openStep(page, hub);
  await page.getByText('What your code printed').click();
  await page.getByLabel('What your code printed').getByText('<img src=x').waitFor();
  expect(await page.locator('.output img').count()).toBe(0);
});

test('the first view loads neither the editor nor the diagrams, and less than 250 kB', async () => {
  await using learner = await openLearner();
  const { page, hub } = learner;
  await page.getByText('0 of 2 steps solved.').waitFor();
  const files = await page.evaluate(() =>
    performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname),
  );
  const assets = files.filter((path) => path.startsWith('/assets/'));
  expect(assets.join(' ')).not.toMatch(/editor|chapter|diagram|mermaid/);
  let bytes = 0;
  for (const path of assets) {
    const response = await page.request.get(new URL(path, hub.url).href);
    bytes += gzipSync(await response.body()).length;
  }
  expect(bytes).toBeLessThan(250_000);
});
