import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Lists the violations on a page in both schemes; evaluated from outside, where the page's policy does not forbid it. */
export async function listViolations(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.evaluate(axe);
    const { violations } = (await page.evaluate('axe.run(document)')) as AxeResults;
    for (const { id, nodes } of violations) {
      found.push(...nodes.map(({ html }) => `${colorScheme}, ${id}: ${html.slice(0, 200)}`));
    }
  }
  return found;
}
