import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Node 22 knows no `using`.
  oxc: { target: 'es2022' },
  test: { testTimeout: 60_000, hookTimeout: 60_000, maxWorkers: 2 },
});
