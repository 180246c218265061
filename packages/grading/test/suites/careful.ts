import { expect, test } from 'vitest';
import type { Subject } from './subjects.ts';

export function suite(add: Subject): void {
  test('adds nothing', () => {
    expect(add(1, 0)).toBe(1);
  });
  test('adds something', () => {
    expect(add(1, 2)).toBe(3);
  });
}
