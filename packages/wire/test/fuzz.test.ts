import { expect, test } from 'vitest';
import { fuzz } from '../fuzz/fuzz.ts';

test('a hundred thousand hostile sessions break no promise', { timeout: 120_000 }, () => {
  const { outcomes } = fuzz(100_000, 20_261_121);
  // All ways to end are reached, and decoding to the end is one of the common ones.
  expect(Object.keys(outcomes).sort()).toEqual(['frame-size', 'hpack', 'none', 'preface', 'protocol']);
  expect(outcomes.none).toBeGreaterThan(20_000);
});
