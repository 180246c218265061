import { resolve } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => vi.resetModules());

test('finds a file of the learner in the folder of the run, or beside it where nobody asked for a run', async () => {
  const { beginRun, fileOf } = await import('../src/run.ts');
  expect(fileOf('server')).toBe(resolve('src/server.ts'));
  const files = { server: '/somewhere/else/server.ts' };
  beginRun({ token: '', mode: 'run', files, timeFactor: 1, checks: '/lesson/checks.ts' });
  expect(fileOf('server')).toBe('/somewhere/else/server.ts');
});

test('takes an assertion in a folder beside checks.ts for a line of the spec', async () => {
  const { beginRun } = await import('../src/run.ts');
  const { readFailure } = await import('../src/failure.ts');
  beginRun({ token: '', mode: 'run', files: {}, timeFactor: 1, checks: '/lesson/checks.ts' });
  const failure = new Error('expected 1, received 2');
  failure.stack = 'Error: expected 1, received 2\n    at file:///lesson/checks/first-checks.ts:12:3';
  expect(readFailure(failure).spec).toEqual({ path: '/lesson/checks/first-checks.ts', line: 12, column: 3 });
});
