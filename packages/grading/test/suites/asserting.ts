import { assert, expect, test } from 'vitest';
import type { Subject } from './subjects.ts';

expect.extend({
  toBeSmall: (value: number) => ({ pass: value < 10, message: () => `${value} is not small` }),
});

export function suite(add: Subject): void {
  test('names a value', () => {
    expect(add(1, 0));
  });
  test('compares a value', ({ expect }) => {
    expect(add(1, 0)).toBe(1);
  });
  test('asks that a promise is kept', async () => {
    await expect(Promise.resolve(add(1, 0))).resolves.not.toThrow();
  });
  test('asks with a matcher of its own', () => {
    (expect(add(1, 0)) as unknown as { toBeSmall(): void }).toBeSmall();
  });
  test('asks in the words of chai', () => {
    assert.equal(add(1, 0), 1);
  });
}
