import { createServer } from 'node:net';
import { expect, test } from 'vitest';

let runs = 0;

export function suite(): void {
  test('waits, and asserts nothing', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
  });
  test('leaves a server open, and an error to nobody', async () => {
    Promise.reject(new Error('nobody cares'));
    await new Promise<void>((resolve) => createServer().listen(0, '127.0.0.1', resolve));
    expect(runs).toBe(runs);
  });
  test('remembers', () => {
    expect(++runs).toBe(1);
  });
}
