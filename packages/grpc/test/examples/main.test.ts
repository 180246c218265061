import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '../../examples');

test.concurrent.each([
  ['stock-ticker', /AAPL #5 .*round 3: GOOGL .*TSLA #3/s],
  ['log-aggregation', /25 entries.*INFO 7.*a file of 1280 bytes in 5 chunks: complete/s],
  ['chat', /Alan hears Ada: Is there coffee\?.*kitchen has 0 members.*"Hello Streamlings".*tick 2/s],
  ['error-handling', /call 4: 0 items, 8 RESOURCE_EXHAUSTED.*DEADLINE_EXCEEDED.*Item 2.*at 5: 5 items, 13/s],
])(
  'one command runs the example %s',
  async (name, output) => {
    const options = { timeout: 30_000, killSignal: 'SIGKILL' } as const;
    const { stdout, stderr } = await promisify(execFile)(
      process.execPath,
      [join(folder, name, 'main.ts')],
      options,
    );
    expect(stderr).toBe('');
    expect(stdout).toMatch(output);
  },
  30_000,
);
