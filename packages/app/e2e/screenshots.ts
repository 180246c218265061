import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { listNames } from './course-copy.ts';
import { openLearner, openStep, untilTitle } from './learner.ts';

const folder = resolve(import.meta.dirname, '../../../docs/images');
const maxBytes = 200_000;
/** A machine that has much to do needs minutes for what takes seconds elsewhere. */
const PATIENCE_MS = 120_000;

await mkdir(folder, { recursive: true });
const learner = await openLearner(await listNames());
const { page, course, hub } = learner;
try {
  page.setDefaultTimeout(PATIENCE_MS);
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  await course.write('src/server.ts', await course.readSolution('src/server.ts'));
  await openStep(page, hub);
  await untilTitle(page, /^✓/);
  await openStep(page, hub, 2);
  await page.goto(new URL('/', hub.url).href);
  await page.locator('.card').first().waitFor();
  await shoot(page, 'map');

  const mistake = await course.readSolution('mistakes/server/blames-itself.ts');
  await course.write('src/server.ts', mistake.replaceAll(/^\/\/ (misconception|fails): .*\n/gm, ''));
  await openStep(page, hub);
  await page.locator('.diagram svg').waitFor();
  await page.locator('.check details[open] .hints button').click();
  await page.locator('.check details[open] .hints li p').waitFor();
  await page
    .locator('.check details[open]')
    .evaluate((failure) => failure.scrollIntoView({ block: 'start' }));
  await shoot(page, 'lesson');

  await page.keyboard.press('3');
  await page.getByText('Save as SVG').first().waitFor();
  await shoot(page, 'wire');

  await course.write('src/server.ts', await course.readSolution('src/server.ts'));
  await untilTitle(page, /^✓/);
  await page.goto(new URL('/lesson-01/after', hub.url).href);
  const card = page.locator('.gallery li').first();
  await card.getByRole('button', { name: /^Run it/ }).click();
  await card.getByText('Save as SVG').first().waitFor();
  await shoot(page, 'after');

  await openStep(page, hub, 1, 'workshop-01');
  await page.locator('.diagram svg').waitFor();
  await shoot(page, 'workshop');
} finally {
  await learner[Symbol.asyncDispose]();
}

/** Takes a picture of the window. */
async function shoot(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  // As WebP, which playwright itself does not write: half of a PNG.
  const browser = await page.context().newCDPSession(page);
  const { data } = await browser.send('Page.captureScreenshot', { format: 'webp', quality: 90 });
  const picture = Buffer.from(data, 'base64');
  if (picture.length > maxBytes)
    throw new Error(`${name}.webp has ${picture.length} bytes: the limit is ${maxBytes}`);
  await writeFile(join(folder, `${name}.webp`), picture);
  console.log(`${name}.webp  ${Math.ceil(picture.length / 1000)} kB`);
}
