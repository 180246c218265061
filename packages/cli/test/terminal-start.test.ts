import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createReleasedCourse } from '@streamlings/course/test/released-course';
import { lesson, solved } from '@streamlings/course/test/tiny-course';
import { expect, test } from 'vitest';

const bin = resolve(import.meta.dirname, '../bin/streamlings.js');

/** Runs the command in a terminal of util-linux's `script`. */
function openInTerminal(root: string) {
  const command = `'${process.execPath}' '${bin}' start --no-open --port 0`;
  const child = spawn('script', ['-qfec', command, '/dev/null'], {
    env: { ...process.env, STREAMLINGS_ROOT: root, NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  let screen = '';
  child.stdout.setEncoding('utf8');
  return {
    ended,
    press: (key: string) => child.stdin.write(key),
    /** Resolves with all that was shown when it contains a text. */
    until: async (text: string): Promise<string> => {
      while (!screen.includes(text)) screen += (await once(child.stdout, 'data'))[0];
      return screen;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

test.runIf(process.platform === 'linux')('a terminal follows every save and serves the browser', async () => {
  await using course = await createReleasedCourse();
  await using terminal = openInTerminal(course.root);
  expect(await terminal.until('✗ answers with 42')).toMatch(
    /In the browser: http:\/\/127\.0\.0\.1:\d+\/\?key=/,
  );
  await course.write(`${lesson}/src/answer.ts`, solved);
  await terminal.until('✓ answers a third time');
  terminal.press('q');
  expect(await terminal.ended).toEqual([0, null]);
});
