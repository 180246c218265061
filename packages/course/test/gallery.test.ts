import { createGrader } from '@streamlings/grading/supervisor';
import { CheckState } from '@streamlings/proto/streamlings/result/v1/result';
import { describe, expect, test } from 'vitest';
import { listMistakes, loadMistake } from '../src/gallery.ts';
import { readVerdicts } from '../src/verdicts.ts';
import { createReleasedCourse } from './released-course.ts';
import { lesson, solution } from './tiny-course.ts';
import { createTinyWorkshop } from './tiny-workshop.ts';

const mistake = 'mistakes/answer/zero.ts';

describe('listMistakes()', () => {
  test('tells belief, symptom, question and program of one mistake for each misconception', async () => {
    await using course = await createReleasedCourse();
    await course.write(`${solution}/mistakes/answer/zzz.ts`, await course.read(`${solution}/${mistake}`));
    expect(await listMistakes('lesson-01', course.root)).toEqual([
      {
        file: mistake,
        step: 1,
        check: 'answers with 42',
        misconception: 'L1-02',
        belief: 'An async handler can return its answer',
        symptom: 'the client waits for its deadline',
        question: 'Nobody hears what is not returned. What does your function give back?',
        text: 'export const answer = () => 0;\n',
      },
    ]);
  });

  test('leaves out what only fails on other versions of Node', async () => {
    await using course = await createReleasedCourse();
    const text = await course.read(`${solution}/${mistake}`);
    await course.write(
      `${solution}/${mistake}`,
      text.replace(/^(\/\/ fails.*)$/m, '$1\n// nodes: 1\n// because: it was young'),
    );
    expect(await listMistakes('lesson-01', course.root)).toEqual([]);
  });
});

describe('loadMistake()', () => {
  test('runs the mistake against the check that catches it, whatever the learner has written', async () => {
    await using course = await createReleasedCourse();
    await course.write(`${lesson}/src/answer.ts`, 'export const answer = () => 42;\n');
    const { workspace, options } = await loadMistake('lesson-01', mistake, course.root);
    await using grader = createGrader();
    const verdicts = readVerdicts(await Array.fromAsync(grader.run(workspace, options)));
    expect(verdicts.map(({ finished: { name, state } }) => ({ name, state }))).toEqual([
      { name: 'answers with 42', state: CheckState.FAILED },
    ]);
  });

  test('stands on the steps before it in a workshop', async () => {
    await using course = await createTinyWorkshop();
    const { workspace } = await loadMistake('workshop-01', 'mistakes/01/none.ts', course.root);
    expect(workspace.folder).toMatch(/workshop-01-count[^/]*\/steps\/01$/);
  });

  test.each(['mistakes/answer/none.ts', '../../lessons/01-answer/src/answer.ts'])(
    'knows no %s',
    async (file) => {
      await using course = await createReleasedCourse();
      await expect(loadMistake('lesson-01', file, course.root)).rejects.toThrow('has no mistake');
    },
  );
});
