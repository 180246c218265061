import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Node 22 knows no `using`.
  oxc: { target: 'es2022' },
  test: { include: ['test/**/*.test.ts'], testTimeout: 30_000, maxWorkers: 2 },
});
