import { expect, it } from 'vitest';
import { countItems } from '../src/lab/lab-call.ts';
import { createTurns } from '../src/lab/reader.ts';
import { createWorld } from '../src/world/world.ts';

it('lets a reader that stops read so many messages and no more', async () => {
  const turn = createTurns({ mode: 'stops', after: 2 });
  await turn();
  await turn();
  let hasThird = false;
  void turn().then(() => {
    hasThird = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(hasThird).toBe(false);
});

it('lets a paced reader wait for each message but the first, also where it asks for several at once', async () => {
  const turn = createTurns({ mode: 'paced', everyMs: 20 });
  const startedMs = performance.now();
  await turn();
  await Promise.all([turn(), turn()]);
  // Timers may fire up to a millisecond early.
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(2 * 20 - 2);
});

it('counts the items of a source as they are handed out', async () => {
  const { world, controls } = createWorld();
  controls.source.script({ items: 3 });
  let count = 0;
  const source = countItems(world.source, () => count++);
  for await (const { index } of source.open('news')) expect(count).toBe(index);
  expect(count).toBe(3);
});
