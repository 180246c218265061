import { createGrader } from '@streamlings/grading/supervisor';
import type { Event } from '@streamlings/proto/streamlings/result/v1/result';
import { beforeAll, describe, expect, test } from 'vitest';
import { readProgress } from '../src/progress.ts';
import { reset } from '../src/replace-files.ts';
import { readResult, recordResult } from '../src/state/results.ts';
import { loadWorkspace } from '../src/workspace.ts';
import { createReleasedCourse } from './released-course.ts';
import { createTinyCourse, lesson, solved, type TinyCourse } from './tiny-course.ts';

let passedRun: Event[];

beforeAll(async () => {
  await using course = await createReleasedCourse();
  await using grader = createGrader();
  await course.write(`${lesson}/src/answer.ts`, solved);
  passedRun = await Array.fromAsync(grader.run(await loadWorkspace('lesson-01', course.root)));
});

async function progressOf({ root }: TinyCourse): Promise<string[]> {
  return (await readProgress(root)).map((each) => each.progress);
}

describe('readProgress()', () => {
  test('says that a lesson whose files are the starter is not started', async () => {
    await using course = await createReleasedCourse();
    expect(await progressOf(course)).toEqual(['not started']);
  });

  test('says that a changed lesson is in progress until its checks have passed', async () => {
    await using course = await createReleasedCourse();
    await course.write(`${lesson}/src/answer.ts`, solved);
    expect(await progressOf(course)).toEqual(['in progress']);
    await recordResult('lesson-01', passedRun, course.root);
    expect(await progressOf(course)).toEqual(['solved']);
  });

  test('forgets the verdicts of a lesson that is reset', async () => {
    await using course = await createReleasedCourse();
    await course.write(`${lesson}/src/answer.ts`, solved);
    await recordResult('lesson-01', passedRun, course.root);
    await reset('lesson-01', undefined, course.root);
    expect(await progressOf(course)).toEqual(['not started']);
    await course.write(`${lesson}/src/answer.ts`, '// back at it\n');
    expect(await progressOf(course)).toEqual(['in progress']);
  });

  test('leaves out a lesson without a snapshot', async () => {
    await using course = await createTinyCourse();
    expect(await readProgress(course.root)).toEqual([]);
  });
});

describe('recordResult()', () => {
  test('keeps the verdicts of checks that a partial run left out', async () => {
    await using course = await createReleasedCourse();
    await recordResult('lesson-01', passedRun, course.root);
    const partial = passedRun.filter(({ body }) => {
      return (
        body.case === 'runFinished' || (body.case === 'checkFinished' && body.value.name === 'answers again')
      );
    });
    await recordResult('lesson-01', partial, course.root);
    expect((await readResult('lesson-01', course.root))?.checks).toHaveLength(3);
  });

  test('does not keep a run that did not come to its end', async () => {
    await using course = await createReleasedCourse();
    await recordResult('lesson-01', passedRun.slice(0, -1), course.root);
    expect(await readResult('lesson-01', course.root)).toBeUndefined();
  });
});
