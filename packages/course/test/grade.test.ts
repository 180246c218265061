import { execFile } from 'node:child_process';
import { rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readResult } from '../src/state/results.ts';
import { createReleasedCourse } from './released-course.ts';
import { lesson, solution, type TinyCourse } from './tiny-course.ts';

const bin = resolve(import.meta.dirname, '../bin/grade.js');
/** Runs the command as a learner does, in a folder of the course. */
async function grade(course: TinyCourse, place: string, args: string[] = [], env: NodeJS.ProcessEnv = {}) {
  const { promise, resolve } = Promise.withResolvers<{ code: number; stdout: string; stderr: string }>();
  const { FORCE_COLOR: _force, NO_COLOR: _no, ...outer } = process.env;
  const options = { cwd: join(course.root, place), env: { ...outer, STREAMLINGS_ROOT: course.root, ...env } };
  const child = execFile(process.execPath, [bin, ...args], options, (_error, stdout, stderr) => {
    resolve({ code: child.exitCode ?? -1, stdout, stderr });
  });
  return promise;
}

describe('grade', () => {
  test('fails on the starter, shows the first failure, and keeps the result', async () => {
    await using course = await createReleasedCourse();
    const { code, stdout } = await grade(course, lesson);
    expect(code).toBe(1);
    expect(stdout).toContain('the answer: expected 42, received undefined');
    expect((await readResult('lesson-01', course.root))?.checks.map(({ passed }) => passed)).toEqual([
      false,
      false,
      false,
    ]);
  });

  test('succeeds on the solution', async () => {
    await using course = await createReleasedCourse();
    expect((await grade(course, solution)).code).toBe(0);
  });

  test('writes the events as lines of JSON, and ignores the `--` that pnpm hands over', async () => {
    await using course = await createReleasedCourse();
    const { stdout } = await grade(course, solution, ['--', '--json']);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events[0]).toHaveProperty('runStarted');
    expect(events.at(-1).runFinished).toMatchObject({ passed: 3, total: 3 });
  });

  test('grades the checks whose name contains a text', async () => {
    await using course = await createReleasedCourse();
    const { stdout } = await grade(course, solution, ['-t', 'third', '--json']);
    expect(stdout).toContain('answers a third time');
    expect(stdout).not.toContain('answers again');
  });

  test("grades another lesson than the folder's, as the command at the top does", async () => {
    await using course = await createReleasedCourse();
    const { stdout } = await grade(course, solution, ['--filter', 'lesson-01', '--', '-t', 'third']);
    expect(stdout).toContain('0 of 1 checks passed');
  });

  test('writes a JUnit report', async () => {
    await using course = await createReleasedCourse();
    await grade(course, lesson, ['--junit', 'report.xml']);
    expect(await course.read(`${lesson}/report.xml`)).toContain('<testcase');
  });

  test('uses colours only where they are asked for', async () => {
    await using course = await createReleasedCourse();
    expect((await grade(course, solution)).stdout).not.toContain('\x1b[');
    expect((await grade(course, solution, [], { FORCE_COLOR: '1' })).stdout).toContain('\x1b[');
    expect((await grade(course, solution, [], { FORCE_COLOR: '1', NO_COLOR: '1' })).stdout).not.toContain(
      '\x1b[',
    );
  });

  test("ignores checks that were changed in the lesson's folder, and names the file", async () => {
    await using course = await createReleasedCourse();
    await course.write(`${lesson}/checks.ts`, 'export function checks() {}\n');
    const { code, stdout } = await grade(course, lesson);
    expect(code).toBe(1);
    expect(stdout).toContain("`checks.ts` differs from the course's copy");
  });

  test.each([
    ['a step that there is not', ['--step', '2'], '`lesson-01-solution` has no step 2: it has steps 1 to 1.'],
    ['a step that is no number', ['--step', 'x'], 'A step is a whole number from 1.'],
    ['a text that no check contains', ['-t', 'nothing'], 'No check matches `nothing`'],
    ['an unknown flag', ['--wrong'], "unknown option '--wrong'"],
  ])('is used wrongly with %s', async (_what, args, sentence) => {
    await using course = await createReleasedCourse();
    const { code, stderr } = await grade(course, solution, args);
    expect(stderr).toContain(sentence);
    expect(code).toBe(2);
  });

  test('says where to run it outside a lesson', async () => {
    await using course = await createReleasedCourse();
    await rename(join(course.root, lesson, 'package.json'), join(course.root, lesson, 'gone.json'));
    const { code, stderr } = await grade(course, lesson);
    expect(stderr).toContain("run this command in a lesson's folder");
    expect(code).toBe(2);
  });
});
