import { join } from 'node:path';
import { scoreOf } from '@streamlings/grading/report';
import { createGrader } from '@streamlings/grading/supervisor';
import { describe, expect, test } from 'vitest';
import { takeSnapshot } from '../src/take-snapshot.ts';
import { loadWorkspace } from '../src/workspace.ts';
import { createReleasedCourse } from './released-course.ts';
import { createTinyCourse, lesson } from './tiny-course.ts';

describe('loadWorkspace()', () => {
  test('grades a lesson by its checks and the list in the snapshot', async () => {
    await using course = await createReleasedCourse();
    const workspace = await loadWorkspace('lesson-01', course.root);
    expect(workspace).toMatchObject({
      name: 'lesson-01',
      folder: join(course.root, lesson),
      checks: join(course.root, lesson, 'checks.ts'),
      notices: [],
    });
    expect(workspace.steps[0]?.checks.map(({ name }) => name)).toContain('answers with 42');
  });

  test("grades a solution by its lesson's checks", async () => {
    await using course = await createReleasedCourse();
    const workspace = await loadWorkspace('lesson-01-solution', course.root);
    expect(workspace.folder).toBe(join(course.root, 'solutions/lesson-01-answer'));
    expect(workspace.checks).toBe(join(course.root, lesson, 'checks.ts'));
  });

  test("uses the course's own checks where the lesson's were changed, and says so", async () => {
    await using course = await createReleasedCourse();
    const original = await course.read(`${lesson}/checks.ts`);
    await course.write(`${lesson}/checks.ts`, 'export function checks() {}\n');
    const workspace = await loadWorkspace('lesson-01', course.root);
    expect(workspace.checks).toBe(join(course.root, lesson, '.streamlings/checks.ts'));
    expect(await course.read(`${lesson}/.streamlings/checks.ts`)).toBe(original);
    expect(workspace.notices).toEqual([
      "`checks.ts` differs from the course's copy, which is used instead: run `pnpm streamlings reset lesson-01` to restore it, or, as an author, `pnpm streamlings snapshot lesson-01` to adopt it.",
    ]);
  });

  test("takes the modules that the checks import from the course's copy too", async () => {
    await using course = await createTinyCourse();
    await using grader = createGrader();
    const checks = await course.read(`${lesson}/checks.ts`);
    await course.write(`${lesson}/number.ts`, 'export const number = 42;\n');
    await course.write(
      `${lesson}/checks.ts`,
      `import { number } from './number.ts';\n${checks.replace('toBe(42)', 'toBe(number)')}`,
    );
    await takeSnapshot('lesson-01', grader, course.root);
    await course.write(`${lesson}/number.ts`, 'export const number = undefined;\n');
    const workspace = await loadWorkspace('lesson-01', course.root);
    expect(workspace.notices?.[0]).toContain('`number.ts` differs');
    const events = await Array.fromAsync(grader.run(workspace, { types: false }));
    expect(scoreOf(events)).toEqual({ passed: 0, total: 3, ok: false });
  });

  test('takes no notice of a changed demo', async () => {
    await using course = await createReleasedCourse();
    await course.write(`${lesson}/demo.ts`, '// mine\n');
    expect((await loadWorkspace('lesson-01', course.root)).notices).toEqual([]);
  });

  test('takes no notice of Windows line endings', async () => {
    await using course = await createReleasedCourse();
    const checks = await course.read(`${lesson}/checks.ts`);
    await course.write(`${lesson}/checks.ts`, checks.replaceAll('\n', '\r\n'));
    expect((await loadWorkspace('lesson-01', course.root)).notices).toEqual([]);
  });

  test('grades a lesson without a snapshot by the checks in its folder', async () => {
    await using course = await createTinyCourse();
    const workspace = await loadWorkspace('lesson-01', course.root);
    expect(workspace.steps[0]?.checks).toHaveLength(3);
    expect(workspace.notices?.[0]).toContain('`lesson-01` has no snapshot yet');
  });

  test('names the lessons that there are when there is none of that name', async () => {
    await using course = await createReleasedCourse();
    await expect(loadWorkspace('lesson-7', course.root)).rejects.toThrow('choose one of `lesson-01`');
  });
});
