import { test } from 'vitest';

export function suite(): void {
  test('never comes back', () => {
    for (;;);
  });
}
