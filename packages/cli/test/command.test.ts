import { execFile, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createReleasedCourse } from '@streamlings/course/test/released-course';
import { lesson, solved, starter, type TinyCourse } from '@streamlings/course/test/tiny-course';
import { counter, createTinyWorkshop, workshop } from '@streamlings/course/test/tiny-workshop';
import { describe, expect, test } from 'vitest';

const bin = resolve(import.meta.dirname, '../bin/streamlings.js');

/** Runs the command as a learner does, without a terminal. */
async function streamlings({ root }: TinyCourse, ...args: string[]) {
  const { promise, resolve } = Promise.withResolvers<{ code: number; stdout: string; stderr: string }>();
  const env = { ...process.env, FORCE_COLOR: undefined, EDITOR: '/bin/false', STREAMLINGS_ROOT: root };
  const child = execFile(process.execPath, [bin, ...args], { env }, (_error, stdout, stderr) => {
    resolve({ code: child.exitCode ?? -1, stdout, stderr });
  });
  child.stdin?.end();
  return promise;
}

describe('streamlings', () => {
  test('prints the state once and succeeds where there is no terminal', async () => {
    await using course = await createReleasedCourse();
    const { code, stdout, stderr } = await streamlings(course, 'start');
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('Edit   ');
    expect(stdout).toContain(' ✗ answers with 42');
    expect(stdout).toContain('the answer: expected 42, received undefined');
    expect(stdout).not.toContain('\x1b');
    expect(stdout).not.toContain('q quit');
  });

  test('lists how far the learner is', async () => {
    await using course = await createReleasedCourse();
    expect((await streamlings(course, '--', 'list')).stdout).toContain('lesson-01  Answer  (not started)');
  });

  test('shows one hint at a time', async () => {
    await using course = await createReleasedCourse();
    const first = await streamlings(course, 'hint');
    expect(first.stdout).toContain('Hint 1 of 2: Where to look');
    expect(first.stdout).not.toContain('A number.');
    expect((await streamlings(course, 'hint', 'lesson-01', '2')).stdout).toContain('A number.');
    expect((await streamlings(course, 'hint', 'lesson-01', '--step', '2')).stderr).toContain('no step 2');
  });

  test('gives hints about what the latest run has failed, the question first', async () => {
    await using course = await createReleasedCourse();
    await course.write(`${lesson}/src/answer.ts`, 'export const answer = () => 0;\n');
    await streamlings(course, 'start');
    const first = await streamlings(course, 'hint');
    expect(first.stdout).toContain('lesson-01, step 1 on `answers with 42`\nHint 1 of 5: A question');
    expect(first.stdout).toContain('What does your function give back?');
    expect(first.stdout).not.toContain('Nobody hears what is not returned.');
    const second = await streamlings(course, 'hint', 'lesson-01', '2');
    expect(second.stdout).toContain('Nobody hears what is not returned.');
    const third = await streamlings(course, 'hint', 'lesson-01', '3');
    expect(third.stdout).toMatch(/- `checks\.ts:\d+`: `expect\(received\)/);
    expect(third.stdout).toContain('`README.md:9`: Your task');
  });

  test('solves only when it is told to, and undoes it', async () => {
    await using course = await createReleasedCourse();
    const refused = await streamlings(course, 'solve', 'lesson-01');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('Add `--yes`');
    expect(await course.read(`${lesson}/src/answer.ts`)).toBe(starter);
    await streamlings(course, 'solve', 'lesson-01', '--yes');
    expect(await course.read(`${lesson}/src/answer.ts`)).toBe(solved);
    expect((await streamlings(course, 'undo')).stdout).toContain('holds your earlier files again');
    expect(await course.read(`${lesson}/src/answer.ts`)).toBe(starter);
  });

  test('brings a workshop to the beginning of a step, and shows the hints of that step', async () => {
    await using course = await createTinyWorkshop();
    const caughtUp = await streamlings(course, 'catch-up', 'workshop-01', '--step', '2');
    expect(caughtUp.stdout).toContain('`workshop-01` is at the beginning of step 2: `src/counter.ts`.');
    expect(await course.read(`${workshop}/src/counter.ts`)).toBe(counter(1));
    expect((await streamlings(course, 'list')).stdout).toContain('workshop-01  Count');
    const hint = await streamlings(course, 'hint', 'workshop-01');
    expect(hint.stdout).toContain('Hint 1 of 2: Where step 2 looks');
    expect(hint.stdout).toContain('pnpm streamlings hint workshop-01 2 --step 2');
    const other = await streamlings(course, 'hint', 'workshop-01', '1', '--step', '1');
    expect(other.stdout).toContain('Where step 1 looks');
  });

  test('shows how a file differs, and keeps the solution back until it is solved or asked for', async () => {
    await using course = await createReleasedCourse();
    expect((await streamlings(course, 'diff')).stdout).toContain('is the starter');
    await course.write(`${lesson}/src/answer.ts`, starter.replace('undefined;', '41;'));
    const own = await streamlings(course, 'diff', 'lesson-01');
    expect(own.stdout).toContain('-  return undefined;\n+  return 41;');
    const early = await streamlings(course, 'diff', 'lesson-01', '--solution');
    expect([early.code, early.stdout]).toEqual([2, '']);
    expect(early.stderr).toContain('`--show-me`');
    const shown = await streamlings(course, 'diff', '--solution', '--show-me');
    expect(shown.stdout).toContain('-  return 41;\n+  return 42;');
    expect((await streamlings(course, 'list')).stdout).toContain('Answer  src/answer.ts  (solution seen)');
    await streamlings(course, 'reset', 'lesson-01');
    expect((await streamlings(course, 'list')).stdout).not.toContain('solution seen');
  });

  test('opens the file at the line that failed, and says so where no editor does', async () => {
    await using course = await createReleasedCourse();
    await course.write(`${lesson}/src/answer.ts`, `${starter.replace('undefined;', '(null as any).x;')}`);
    await streamlings(course, 'test', 'lesson-01');
    const { code, stdout, stderr } = await streamlings(course, 'open');
    expect(stdout).toContain('lessons/01-answer/src/answer.ts, line 3');
    expect(stderr).toContain('set `EDITOR` to the command of yours');
    expect(code).toBe(2);
  });

  test('examines the machine, and ends with what to do', async () => {
    await using course = await createReleasedCourse();
    const { code, stdout } = await streamlings(course, 'doctor');
    expect(stdout).toContain('a server on 127.0.0.1 answers');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('Everything is in order: `pnpm start`.');
    expect(code).toBe(0);
    const findings = JSON.parse((await streamlings(course, 'doctor', '--json')).stdout);
    expect(findings).toContainEqual({
      subject: 'Node',
      state: 'fine',
      found: process.versions.node,
      advice: '',
    });
  });

  test('scaffolds a lesson whose number is free', async () => {
    await using course = await createReleasedCourse();
    const { stdout } = await streamlings(course, 'new', 'lesson', '02-retries');
    expect(stdout).toContain('`pnpm verify lesson-02` names what is left');
    expect(await course.read('lessons/02-retries/README.md')).toMatch(/^# 02 · Retries\n/);
    const manifest = JSON.parse(await course.read('solutions/lesson-02-retries/package.json'));
    expect(manifest).toMatchObject({
      name: 'lesson-02-solution',
      dependencies: { 'lesson-02': 'workspace:*' },
    });
    const before = await course.read(`${lesson}/README.md`);
    expect((await streamlings(course, 'new', 'lesson', '01-retries')).stderr).toContain(
      'another number than 01',
    );
    expect((await streamlings(course, 'new', 'lesson', 'Retries')).stderr).toContain('like `08-retries`');
    expect(await course.read(`${lesson}/README.md`)).toBe(before);
  });

  test('says what there is when it is used wrongly', async () => {
    await using course = await createReleasedCourse();
    const { code, stderr } = await streamlings(course, 'reset', 'lesson-9');
    expect(stderr).toBe('There is no `lesson-9`: choose one of `lesson-01`.\n');
    expect(code).toBe(2);
  });

  test('grades a lesson with the flags that `grade` knows', async () => {
    await using course = await createReleasedCourse();
    const { code, stdout } = await streamlings(course, 'test', 'lesson-01', '-t', 'third', '--no-types');
    expect(code).toBe(1);
    expect(stdout).toContain('answers a third time');
    expect(stdout).not.toContain('answers again');
  });

  test.each([[['wire', '--help']], [['--', 'wire', '--help']], [['wire', '--', '--help']]])(
    'hands on what follows `wire`: %j',
    async (args) => {
      await using course = await createReleasedCourse();
      const { code, stdout } = await streamlings(course, ...args);
      expect([code, stdout]).toEqual([0, expect.stringMatching(/^Usage: streamlings wire --to HOST:PORT/)]);
    },
  );

  test('hands on what follows `fixtures`, and ends with what it ends with', async () => {
    await using course = await createReleasedCourse();
    const help = await streamlings(course, 'fixtures', '--help');
    expect([help.code, help.stdout]).toEqual([
      0,
      expect.stringMatching(/^Usage: streamlings fixtures run PATH/),
    ]);
    const { code, stderr } = await streamlings(course, 'fixtures', 'run', 'nowhere', '--strict');
    expect([code, stderr]).toEqual([2, expect.stringContaining('`nowhere` cannot be read')]);
  });

  test('ends with what `wire` ends with', async () => {
    await using course = await createReleasedCourse();
    const { code, stderr } = await streamlings(course, 'wire', '--listen', '127.0.0.1:0', '--to', 'nowhere');
    expect(stderr).toBe('`--to nowhere` is not an address: write it as HOST:PORT.\n');
    expect(code).toBe(2);
  });

  test('explains each command', async () => {
    await using course = await createReleasedCourse();
    for (const command of ['start', 'test', 'list', 'hint', 'reset', 'undo', 'solve', 'snapshot', 'verify']) {
      const { code, stdout } = await streamlings(course, command, '--help');
      expect(stdout).toContain(`Usage: streamlings ${command}`);
      expect(code).toBe(0);
    }
  });
});

const showCursor = '\x1b[?25h';

describe.runIf(process.platform === 'linux')('streamlings in a terminal', () => {
  /** Runs the learner in a pseudo-terminal and gives a way to wait for a text on its screen. */
  function openLearner({ root }: TinyCourse) {
    const crash = 'data:text/javascript,process.on("SIGUSR2",()=>{throw(new(Error)("a%20crash"))})';
    const command = `echo "process $$" && exec ${process.execPath} --import '${crash}' ${bin} start`;
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      env: { ...process.env, STREAMLINGS_ROOT: root, TERM: 'xterm' },
    });
    let output = '';
    let look = (): void => {};
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      look();
    });
    const ended = Promise.withResolvers<number | null>();
    child.once('close', ended.resolve);
    return {
      child,
      ended: ended.promise,
      output: () => output,
      until: (text: string): Promise<void> => {
        const { promise, resolve } = Promise.withResolvers<void>();
        look = () => {
          if (output.includes(text)) resolve();
        };
        look();
        return promise;
      },
      [Symbol.dispose]: () => void child.kill('SIGKILL'),
    };
  }

  test('quits on `q` and gives the terminal back', async () => {
    await using course = await createReleasedCourse();
    using learner = openLearner(course);
    await learner.until('watching for saves');
    learner.child.stdin.write('q');
    expect(await learner.ended).toBe(0);
    expect(learner.output().endsWith(showCursor)).toBe(true);
  });

  test.each([
    ['is terminated', 'SIGTERM'],
    ['crashes', 'SIGUSR2'],
  ] as const)('gives the terminal back when it %s', async (_what, signal) => {
    await using course = await createReleasedCourse();
    using learner = openLearner(course);
    await learner.until('watching for saves');
    expect(learner.output()).not.toContain(showCursor);
    process.kill(Number(/process (\d+)/.exec(learner.output())?.[1]), signal);
    await learner.ended;
    expect(learner.output()).toContain(showCursor);
  });
});
