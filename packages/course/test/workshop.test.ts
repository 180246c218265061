import { createGrader } from '@streamlings/grading/supervisor';
import { describe, expect, test } from 'vitest';
import { findUnit } from '../src/discovery.ts';
import { readProgress } from '../src/progress.ts';
import { catchUp, reset, solve, undo } from '../src/replace-files.ts';
import { readBackup } from '../src/state/backups.ts';
import { recordResult } from '../src/state/results.ts';
import { readStepTexts } from '../src/step-texts.ts';
import { inspectUnit } from '../src/verify/inspect-unit.ts';
import { verify } from '../src/verify/verify.ts';
import { loadWorkspace } from '../src/workspace.ts';
import { createReleasedCourse } from './released-course.ts';
import type { TinyCourse } from './tiny-course.ts';
import { counter, createTinyWorkshop, instructorNotes, solution, workshop } from './tiny-workshop.ts';

const file = `${workshop}/src/counter.ts`;
const mine = 'export const one = () => 11;\n';

/** What is wrong before anything runs. */
async function inspect({ root }: TinyCourse): Promise<string[]> {
  return (await inspectUnit(await findUnit('workshop-01', root), root, true)).problems;
}

describe('catchUp()', () => {
  test('brings the files to the beginning of a step and keeps those that were there', async () => {
    await using course = await createTinyWorkshop();
    await course.write(file, mine);
    const { backup, written } = await catchUp('workshop-01', 2, course.root);
    expect(written).toEqual(['src/counter.ts']);
    expect(await course.read(file)).toBe(counter(1));
    if (!backup) throw new Error('there is no backup');
    expect((await readBackup(backup))['src/counter.ts']?.toString()).toBe(mine);
    await undo('workshop-01', course.root);
    expect(await course.read(file)).toBe(mine);
  });

  test('brings the contract along, and nothing that is not for the learner', async () => {
    await using course = await createTinyWorkshop();
    await course.write(`${solution}/steps/01/proto/counter.proto`, 'syntax = "proto3";\n');
    await course.write(`${solution}/steps/01/notes.txt`, 'to myself\n');
    const { written } = await catchUp('workshop-01', 2, course.root);
    expect(written).toEqual(['proto/counter.proto', 'src/counter.ts']);
    expect(await course.read(`${workshop}/proto/counter.proto`)).toBe('syntax = "proto3";\n');
  });

  test('brings the starter back for step 1', async () => {
    await using course = await createTinyWorkshop();
    await course.write(file, mine);
    await catchUp('workshop-01', 1, course.root);
    expect(await course.read(file)).toBe(counter(0));
  });

  test('leaves files alone that the learner has added', async () => {
    await using course = await createTinyWorkshop();
    await course.write(`${workshop}/src/notes.ts`, mine);
    await catchUp('workshop-01', 2, course.root);
    expect(await course.read(`${workshop}/src/notes.ts`)).toBe(mine);
  });

  test('names the steps that there are', async () => {
    await using course = await createTinyWorkshop();
    await expect(catchUp('workshop-01', 3, course.root)).rejects.toThrow(
      '`workshop-01` has no step 3: it has steps 1 to 2.',
    );
  });

  test('sends a learner of a lesson elsewhere', async () => {
    await using course = await createReleasedCourse();
    await expect(catchUp('lesson-01', 1, course.root)).rejects.toThrow('do not build on each other');
  });
});

describe('a workshop', () => {
  test('is solved step by step', async () => {
    await using course = await createTinyWorkshop();
    await solve('workshop-01', 1, course.root);
    expect(await course.read(file)).toBe(counter(1));
    await solve('workshop-01', undefined, course.root);
    expect(await course.read(file)).toBe(counter(2));
    await reset('workshop-01', 2, course.root);
    expect(await course.read(file)).toBe(counter(1));
  });

  test('is compared with the state before and after the step', async () => {
    await using course = await createTinyWorkshop();
    const { starter, solution } = await readStepTexts('workshop-01', 2, course.root);
    expect([starter, solution]).toEqual([counter(1), counter(2)]);
  });

  test('has no step that is started where nothing was changed', async () => {
    await using course = await createTinyWorkshop();
    const [progress] = await readProgress(course.root);
    expect(progress?.steps.map((step) => step.progress)).toEqual(['not started', 'not started']);
  });

  test('has a step that is not started where the one before it ends', async () => {
    await using course = await createTinyWorkshop();
    await using grader = createGrader();
    await catchUp('workshop-01', 2, course.root);
    const workspace = await loadWorkspace('workshop-01', course.root);
    const events = await Array.fromAsync(grader.run(workspace, { steps: [1], types: false }));
    await recordResult('workshop-01', events, course.root);
    const [progress] = await readProgress(course.root);
    expect(progress?.steps.map((step) => step.progress)).toEqual(['solved', 'not started']);
  });
});

describe('verify() of a workshop', () => {
  test('finds nothing wrong with one that keeps its promises, and runs every state', async () => {
    await using course = await createTinyWorkshop();
    const { problems, outcomes } = await verify({ root: course.root, names: ['workshop-01'] });
    expect(problems).toEqual([]);
    const titles = outcomes.map((outcome) => outcome.case.title);
    expect(titles).toContain('the starter of `workshop-01`');
    expect(titles).toContain('`workshop-01-solution`, the end of step 1');
    expect(titles).toContain('the beginning of step 2 of `workshop-01`');
    expect(titles).toContain('`workshop-01-solution`, the end of step 2');
    expect(titles).toHaveLength(11);
  });

  test('names a state that passes the next step, and one that fails an earlier one', async () => {
    await using course = await createTinyWorkshop();
    await course.write(`${solution}/steps/01/src/counter.ts`, counter(2));
    await course.write(`${solution}/steps/02/src/counter.ts`, counter(2).replace('1;', '7;'));
    const { problems } = await verify({ root: course.root, names: ['workshop-01'] });
    const text = problems.join('\n');
    expect(text).toContain('the beginning of step 2 of `workshop-01`: step 2, `counts to two once` passes');
    expect(text).toContain(
      '`workshop-01-solution`, the end of step 2 must pass, and step 1, `counts to one once` does not',
    );
  });

  test('counts mistakes by step and variants of the hardest one', async () => {
    await using course = await createTinyWorkshop();
    await course.remove(`${solution}/mistakes/02/nothing.ts`);
    await course.remove(`${solution}/variants/02/sum.ts`);
    expect(await inspect(course)).toEqual([
      '`workshop-01-solution` has 2 variants of its hardest step: write at least 3.',
      '`workshop-01-solution` has 1 mistakes of step 2: write at least 2.',
    ]);
  });

  test('names what is wrong with its texts', async () => {
    await using course = await createTinyWorkshop();
    const readme = await course.read(`${workshop}/README.md`);
    await course.write(`${workshop}/README.md`, readme.replace('(steps/02.md) | 30', '(steps/02.md) | 15'));
    await course.write(`${workshop}/INSTRUCTOR.md`, `${instructorNotes.replace('L1-02', 'L1-99')}`);
    await course.remove(`${workshop}/steps/01.md`);
    expect(await inspect(course)).toEqual([
      '`workshops/01-count/README.md`: the agenda adds up to 45 minutes: write so under the heading.',
      '`workshops/01-count/steps/01.md` is missing: write it.',
      '`workshops/01-count/steps/02.md`: the agenda gives this step 15 minutes: write so under the heading.',
      '`workshops/01-count/INSTRUCTOR.md` names `L1-99`, which is no known misconception: correct it.',
    ]);
  });

  test('misses a row of the agenda and the notes for the instructor', async () => {
    await using course = await createTinyWorkshop();
    const readme = await course.read(`${workshop}/README.md`);
    await course.write(`${workshop}/README.md`, readme.replace('Count to two', 'Count'));
    await course.remove(`${workshop}/INSTRUCTOR.md`);
    expect(await inspect(course)).toEqual([
      '`workshops/01-count/README.md`: row 2 of the agenda must be `| 2 | [Count to two](steps/02.md) | minutes |`.',
      '`workshops/01-count/INSTRUCTOR.md` is missing: write it.',
    ]);
  });
});
