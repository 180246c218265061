import { describe, expect, test } from 'vitest';
import { hasColor } from '../src/color.ts';

describe('hasColor()', () => {
  test.each([
    ['on a terminal', true, {}, true],
    ['not in a pipe', false, {}, false],
    ['in a pipe that asks for it', false, { FORCE_COLOR: '1' }, true],
    ['not on a terminal that refuses it', true, { FORCE_COLOR: '0' }, false],
    ['never against NO_COLOR', true, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('decides: %s', (_when, isTTY, env, expected) => {
    expect(hasColor({ isTTY }, env)).toBe(expected);
  });
});
