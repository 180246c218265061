import { expect, test } from 'vitest';
import { startHubProcess } from './hub-process.ts';
import { openLearner, openStep, readEditor, type, untilTitle } from './learner.ts';

test('what is typed while the hub is dead is saved when it is back, also after a reload', async () => {
  await using learner = await openLearner();
  const { page, course, hub } = learner;
  await openStep(page, hub);
  await hub.kill();
  await page.getByText('The workbench does not answer.').waitFor();
  const solution = await course.readSolution('src/server.ts');
  await type(page, solution);
  await page.getByText('not saved', { exact: true }).waitFor();
  expect(await course.read('src/server.ts')).not.toBe(solution);
  await page.close();

  await using again = await startHubProcess(course.root, hub.port);
  const later = await learner.context.newPage();
  await later.goto(again.url);
  await openStep(later, again);
  await untilTitle(later, /^✓/);
  expect(await course.read('src/server.ts')).toBe(solution);
});

test('an open page goes on by itself once the new address was opened', async () => {
  await using learner = await openLearner();
  const { page, course, hub } = learner;
  await openStep(page, hub);
  await hub.kill();
  await page.getByText('The workbench does not answer.').waitFor();
  await using again = await startHubProcess(course.root, hub.port);
  await page.getByText('The workbench was started anew').waitFor();
  await (await learner.context.newPage()).goto(again.url);
  await page.getByText('The workbench was started anew').waitFor({ state: 'detached' });
  await course.write('src/server.ts', await course.readSolution('src/server.ts'));
  await untilTitle(page, /^✓/);
});

test('two tabs show one file, and neither overwrites what is typed in the other', async () => {
  await using learner = await openLearner();
  const { page, course, hub, context } = learner;
  await openStep(page, hub);
  const other = await context.newPage();
  await openStep(other, hub);
  await type(page, '// From the first tab.\n');
  await other.locator('.editor').getByText('// From the first tab.').waitFor();

  await context.setOffline(true);
  await type(page, '// Typed without a connection.\n');
  await page.getByText('not saved', { exact: true }).waitFor();
  await course.write('src/server.ts', '// From outside.\n');
  await context.setOffline(false);
  await page.getByText('The file was changed elsewhere').waitFor();
  expect(await readEditor(page)).toContain('// Typed without a connection.');
  expect(await course.read('src/server.ts')).toBe('// From outside.\n');
  const sides = page.getByRole('region', { name: 'Two versions of the file' });
  await sides.locator('.cm-changedLine').getByText('// Typed without a connection.').waitFor();
  await sides.locator('.cm-deletedChunk').getByText('// From outside.').waitFor();
  await sides.getByLabel('Show').selectOption('The other one');
  await sides.getByLabel('The other one').getByText('// From outside.').waitFor();
  await page.getByRole('button', { name: 'Keep what I typed' }).click();
  await page.getByText('pnpm streamlings undo lesson-01').waitFor();
  await other.locator('.editor').getByText('// Typed without a connection.').waitFor();
});

test('a conflict outlives a reload, and the side that was not taken is kept', async () => {
  await using learner = await openLearner();
  const { page, course, hub, context } = learner;
  await openStep(page, hub);
  await context.setOffline(true);
  await type(page, '// Typed here.\n');
  await page.getByText('not saved', { exact: true }).waitFor();
  await course.write('src/server.ts', '// From outside.\n');
  await context.setOffline(false);
  await page.getByText('The file was changed elsewhere').waitFor();
  await type(page, '// Typed here, after that.\n');
  await page.reload();
  await page.getByText('The file was changed elsewhere').waitFor();
  await page.locator('.editor').getByText('// Typed here, after that.').waitFor();
  await page.getByRole('button', { name: 'Take the other one' }).click();
  const [, folder = ''] =
    /(\.streamlings[^;]+);/.exec((await page.getByText('brings it back').textContent()) ?? '') ?? [];
  expect(await readEditor(page)).toContain('// From outside.');
  expect(await course.read(`../../${folder}/src/server.ts`)).toBe('// Typed here, after that.\n');
});
