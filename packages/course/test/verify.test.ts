import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckState } from '@streamlings/proto/streamlings/result/v1/result';
import { describe, expect, test } from 'vitest';
import { readVerdicts } from '../src/verdicts.ts';
import { runCases, runSurprisesAgain } from '../src/verify/run-cases.ts';
import { formatTable } from '../src/verify/table.ts';
import { verify } from '../src/verify/verify.ts';
import { createReleasedCourse } from './released-course.ts';
import { createTinyCourse, lesson, solution, solved, type TinyCourse } from './tiny-course.ts';

async function problemsOf(course: TinyCourse): Promise<string[]> {
  const names = ['lesson-01'];
  return (await verify({ root: course.root, names, judgesLearnerFiles: false })).problems;
}

describe('verify()', () => {
  test('finds nothing wrong with a course that keeps its promises, and counts what it ran', async () => {
    await using course = await createReleasedCourse();
    const { problems, inspections, outcomes } = await verify({
      root: course.root,
      judgesLearnerFiles: true,
      writesReport: true,
    });
    expect(problems).toEqual([]);
    const [header, row] = formatTable(inspections, outcomes).split('\n');
    expect(header?.split(/ +/).slice(0, 8)).toEqual([
      'lesson',
      'steps',
      'checks',
      'starter',
      'solution',
      'variants',
      'mistakes',
      'skipped',
    ]);
    expect(row?.split(/ +/).slice(0, 8)).toEqual(['lesson-01', '1', '3', '1/1', '1/1', '4/4', '1/1', '0']);
  });

  test("leaves the learner's files alone unless it is told to judge them, and keeps what it measured of a part", async () => {
    await using course = await createReleasedCourse();
    await course.write(`${lesson}/src/answer.ts`, 'half-way {');
    expect(await problemsOf(course)).toEqual([]);
    const names = ['lesson-01'];
    const options = { root: course.root, names, judgesLearnerFiles: true, writesReport: true };
    const { problems } = await verify(options);
    expect(await course.read('docs/grading.md')).toContain(
      `| ${process.versions.node} | 1 | 7 | 0 | as they were |`,
    );
    expect(problems).toEqual([
      '`lesson-01`, `src/answer.ts` differs from the snapshot: run `pnpm streamlings snapshot lesson-01` to adopt it, or `pnpm streamlings reset lesson-01` to drop it.',
    ]);
  });

  test('repeats every case, each round from another one on', async () => {
    await using course = await createReleasedCourse();
    const { outcomes } = await verify({ root: course.root, repeat: 2 });
    expect(outcomes).toHaveLength(14);
    const titles = outcomes.map((outcome) => outcome.case.title);
    expect(titles.slice(7).sort()).toEqual(titles.slice(0, 7).sort());
    expect(titles[7]).not.toBe(titles[0]);
  });

  test('runs what surprises again alone, and tells what was right then from what is wrong', async () => {
    await using course = await createReleasedCourse();
    const { outcomes } = await verify({ root: course.root });
    const [first, second] = outcomes.map((outcome) => outcome.case);
    if (!first || !second) throw new Error('the course has no cases');
    let runs = 0;
    const unsteady = { ...first, judge: () => (++runs === 1 ? ['too slow'] : []) };
    const wrong = { ...second, judge: () => ['wrong'] };
    const options = { parallel: 2 };
    const settled = await runSurprisesAgain(await runCases([unsteady, wrong], options), options);
    const told = new Map(settled.map((outcome) => [outcome.case, [outcome.problems, outcome.unsteady]]));
    expect(told.get(unsteady)).toEqual([[], ['too slow']]);
    expect(told.get(wrong)).toEqual([['wrong'], []]);
  });

  test('starts no further round when its budget is used up', async () => {
    await using course = await createReleasedCourse();
    const { outcomes } = await verify({ root: course.root, repeat: 50, budgetMinutes: 0 });
    expect(outcomes).toHaveLength(7);
  });

  test('misses a snapshot', async () => {
    await using course = await createTinyCourse();
    expect(await problemsOf(course)).toEqual([
      '`lesson-01` has no snapshot: run `pnpm streamlings snapshot lesson-01`.',
    ]);
  });

  test('names every case that comes out otherwise than it must', async () => {
    await using course = await createReleasedCourse();
    const header = '// misconception: L1-02\n// fails: answers with 42\n';
    await course.write(`${solution}/src/answer.ts`, solved.replace('42', '43'));
    await course.write(`${solution}/variants/answer/sum.ts`, 'export const answer = () => 41 + 2;\n');
    await course.write(`${solution}/mistakes/answer/right.ts`, `${header}export const answer = () => 42;\n`);
    await course.write(`${solution}/mistakes/answer/other.ts`, `${header}export const answer = () => 7;\n`);
    await course.write(
      `${solution}/mistakes/answer/second.ts`,
      `${header.replace('with 42', 'again')}export const answer = () => 0;\n`,
    );
    await course.write(
      `${solution}/mistakes/answer/trap.ts`,
      `${header}// state: environment\nexport const answer = () => 0;\n`,
    );
    expect((await problemsOf(course)).sort()).toEqual([
      '`lesson-01-solution` must pass, and step 1, `answers a third time` does not (the answer).',
      '`lesson-01-solution` must pass, and step 1, `answers again` does not (the answer).',
      '`lesson-01-solution` must pass, and step 1, `answers with 42` does not (the answer).',
      '`lesson-01-solution`, `mistakes/answer/other.ts` must be diagnosed as `L1-02`, and `answers with 42` names none (the answer).',
      '`lesson-01-solution`, `mistakes/answer/right.ts` passes everything: make the check `answers with 42` stricter.',
      '`lesson-01-solution`, `mistakes/answer/second.ts` must fail first on `answers again`, and fails first on `answers with 42` (the answer).',
      '`lesson-01-solution`, `mistakes/answer/trap.ts` must get the state `environment` on `answers with 42`, and gets another (the answer).',
      '`lesson-01-solution`, `variants/answer/sum.ts` must pass, and step 1, `answers a third time` does not (the answer).',
      '`lesson-01-solution`, `variants/answer/sum.ts` must pass, and step 1, `answers again` does not (the answer).',
      '`lesson-01-solution`, `variants/answer/sum.ts` must pass, and step 1, `answers with 42` does not (the answer).',
    ]);
  });

  test('names a starter that does not type-check and passes, and checks that differ from the snapshot', async () => {
    await using course = await createReleasedCourse();
    const path = 'packages/course/snapshots/lesson-01.json';
    const wrong = (await course.read(path))
      .replace('  return undefined;', "  return 42 as unknown as 'forty-two';")
      .replace('a third time', 'once more');
    await course.write(path, wrong);
    const problems = (await problemsOf(course)).join('\n');
    expect(problems).toContain(
      'the starter of `lesson-01` does not type-check: src/answer.ts(3,3): error TS2322',
    );
    expect(problems).toContain('the starter of `lesson-01`: step 1, `answers with 42` passes on the starter');
    expect(problems).toContain('`lesson-01`: its title or its checks differ from the snapshot');
  });

  test("names the lesson's and the solution's files that break a rule", async () => {
    await using course = await createReleasedCourse();
    await course.write(
      `${lesson}/README.md`,
      (await course.read(`${lesson}/README.md`)).replace('# 01', '# 02'),
    );
    await course.write(`${solution}/package.json`, '{ "name": "lesson-1-solution" }');
    await course.write(
      `${solution}/src/answer.ts`,
      `import '../../../${lesson}/src/answer.ts';\n// TODO: more\n${solved}`,
    );
    await course.write(`${solution}/variants/answers/more.ts`, '');
    const problems = await problemsOf(course);
    expect(problems).toEqual([
      '`lessons/01-answer/README.md`, line 1: the heading is `# 02 · Answer`: write `# 01 · ` and the title.',
      '`lesson-01-solution`, `src/answer.ts` still holds a `// TODO`: remove it.',
      '`solutions/lesson-01-answer/src/answer.ts`, line 1 imports `../../../lessons/01-answer/src/answer.ts`: a lesson imports no other lesson and no solution; move what they share to a package.',
      '`solutions/lesson-01-answer/package.json`: the name is `lesson-1-solution`: change it to `lesson-01-solution`.',
      '`lesson-01-solution`, `variants/answers` fits no step: name the folder after a file of `src/`.',
    ]);
  });

  test('names checks that cannot be loaded, and judges the rest by the snapshot', async () => {
    await using course = await createReleasedCourse();
    await course.write(`${lesson}/checks.ts`, 'export function checks( {\n');
    const problems = await problemsOf(course);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('`lesson-01`: The checks cannot be loaded: ');
  });

  test('misses variants and mistakes', async () => {
    await using course = await createReleasedCourse();
    await rm(join(course.root, solution, 'variants'), { recursive: true });
    await rm(join(course.root, solution, 'mistakes'), { recursive: true });
    const problems = await problemsOf(course);
    expect(problems).toContain('`lesson-01-solution` has 0 variants: write at least 4.');
    expect(problems).toContain(
      "`lesson-01`: no mistake shows `L1-02`: add one to the solution's `mistakes/`, or drop the claim.",
    );
    expect(problems).toContain(
      '`lesson-01`, step 1, `answers again`: no mistake fails it: add one, or make the check a guard.',
    );
  });

  test('ends a mistake with its first failure where each check is the first for some mistake', async () => {
    await using course = await createReleasedCourse();
    const forgets = (check: string, after: number): Promise<void> =>
      course.write(
        `${solution}/mistakes/answer/after-${after}.ts`,
        `// misconception: L1-02\n// fails: ${check}\nlet calls = 0;\nexport const answer = () => (calls++ < ${after} ? 42 : 0);\n`,
      );
    const statesOf = async (file: string) => {
      const { problems, outcomes } = await verify({ root: course.root, names: ['lesson-01'] });
      expect(problems).toEqual([]);
      const outcome = outcomes.find((each) => each.case.title.endsWith(`${file}\``));
      return readVerdicts(outcome?.events ?? []).map(({ finished }) => finished.state);
    };
    const { PASSED, FAILED, NOT_RUN } = CheckState;
    await forgets('answers again', 1);
    expect(await statesOf('zero.ts')).toEqual([FAILED, FAILED, FAILED]);
    await forgets('answers a third time', 2);
    expect(await statesOf('zero.ts')).toEqual([FAILED, NOT_RUN, NOT_RUN]);
    expect(await statesOf('after-2.ts')).toEqual([PASSED, PASSED, FAILED]);
  });

  test('leaves out a mistake of another Node', async () => {
    await using course = await createReleasedCourse();
    const path = `${solution}/mistakes/answer/old.ts`;
    await course.write(
      path,
      `// misconception: L1-02\n// fails: answers again\n// nodes: 4\n// because: it was so\n`,
    );
    const { outcomes, inspections } = await verify({ root: course.root });
    expect(inspections[0]?.skipped).toBe(1);
    expect(outcomes.map((outcome) => outcome.case.title).join()).not.toContain('old.ts');
  });
});
