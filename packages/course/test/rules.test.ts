import { describe, expect, test } from 'vitest';
import type { Snapshot } from '../src/snapshot.ts';
import { checkImports } from '../src/verify/import-rules.ts';
import { parseHeader, type Replaced, readMistakes } from '../src/verify/mistakes.ts';
import { checkReadme } from '../src/verify/readme-rules.ts';
import { checkSizes } from '../src/verify/size-rules.ts';
import { checkSpec } from '../src/verify/spec-rules.ts';
import { createTinyCourse, lesson, solution } from './tiny-course.ts';

const names = ['answers with 42', 'answers again', 'answers a third time'];
const snapshot: Snapshot = {
  name: 'lesson-01',
  title: 'Answer',
  steps: [
    {
      number: 1,
      title: 'Answer',
      file: 'src/answer.ts',
      checks: names.map((name) => ({ name, misconceptions: ['L1-02'] })),
    },
  ],
  files: { 'src/answer.ts': '// TODO: Answer.\nexport const answer = () => 0;\n' },
};

describe('checkReadme()', async () => {
  await using course = await createTinyCourse();
  const readme = await course.read(`${lesson}/README.md`);
  const check = (text: string) => checkReadme(text, 'README.md', 1, snapshot);

  test('accepts the form of a lesson, whatever code blocks hold', () => {
    expect(check(readme)).toEqual([]);
    expect(check(readme.replace('## Your task', '```sh\n## a comment\n```\n\n## Your task'))).toEqual([]);
  });

  test.each([
    [
      'a missing time',
      readme.replace('5 minutes · ', ''),
      '`README.md` does not say how long it takes: write it and the prerequisites under the heading.',
    ],
    [
      'a missing heading',
      readme.replace('## Your task\n', ''),
      '`README.md`, line 10: the heading is `## What the checks look for`: `## Your task` belongs here.',
    ],
    [
      'a heading too many',
      `${readme}\n## More\n`,
      '`README.md`, line 32: the heading is `## More`: the text ends before it.',
    ],
    [
      'a check by another name',
      readme.replace('- answers again', '- answers twice'),
      '`README.md`, line 11: item 2 of the list is `answers twice`: the checks say `answers again`.',
    ],
    [
      'a check that is not listed',
      readme.replace('- answers a third time\n', ''),
      '`README.md`, line 11: item 3 of the list is nothing: the checks say `answers a third time`.',
    ],
    [
      'too many words',
      readme.replace('Somebody asks.', 'word '.repeat(600)),
      '`README.md` has 640 words: cut it to 600, 600 for each step.',
    ],
    [
      'too few hints',
      readme.replaceAll(/<details>\s*<summary>Where.*?<\/details>/gs, ''),
      '`README.md` has 1 hints: write two or three, each a `<details>` with a `<summary>`.',
    ],
  ])('names %s', (_what, text, sentence) => {
    expect(check(text)).toEqual([sentence]);
  });
});

describe('checkSpec()', () => {
  const [step] = snapshot.steps;
  if (!step) throw new Error('the snapshot has no step');

  test('accepts 3 to 6 checks in each of 1 to 4 steps', () => {
    expect(checkSpec('lesson', snapshot)).toEqual([]);
  });

  test.each([
    ['no steps', [], '`lesson-01`, `checks.ts` has 0 steps: a lesson has 1 to 4.'],
    [
      'a gap in the numbers',
      [{ ...step, number: 2 }],
      '`lesson-01`, `checks.ts`: the number of step `Answer` is 2: make it 1.',
    ],
    [
      'too few checks',
      [{ ...step, checks: step.checks.slice(1) }],
      '`lesson-01`, `checks.ts`: step 1 has 2 checks: a step has 3 to 6.',
    ],
    [
      'two checks of one name',
      [{ ...step, checks: [...step.checks, { name: 'answers again', misconceptions: [] }] }],
      '`lesson-01`, `checks.ts`: step 1 has two checks `answers again`: rename one.',
    ],
    [
      'a misconception in another form',
      [{ ...step, checks: [...step.checks, { name: 'is polite', misconceptions: ['L1-2'] }] }],
      '`lesson-01`, `checks.ts`: `is polite` claims `L1-2`: a misconception is written like `L1-02`.',
    ],
  ])('names %s', (_what, steps, sentence) => {
    expect(checkSpec('lesson', { ...snapshot, steps })).toEqual([sentence]);
  });
});

describe('checkSizes()', () => {
  const check = (starter: string, solved: string) =>
    checkSizes('lesson', { ...snapshot, files: { 'src/answer.ts': starter } }, [{ 'src/answer.ts': solved }]);
  const code = (lines: number) =>
    Array.from({ length: lines }, (_, n) => `export const a${n} = ${n};\n`).join('');
  const todo = '// TODO: Answer.\n';

  test('counts neither comments nor lines that were only moved in', () => {
    expect(check(`${todo}${code(20)}`, code(20).replaceAll('export', '  // why\n  export'))).toEqual([]);
  });

  test.each([
    [
      'a starter that is too long',
      `${todo}${code(60)}`,
      code(60),
      '`lesson-01`, `src/answer.ts` has 61 lines: cut it to 60.',
    ],
    [
      'a starter without a task',
      code(1),
      code(1),
      '`lesson-01`, `src/answer.ts` has 0 comments with `// TODO: `: a starter has 1 to 3.',
    ],
    [
      'a solution that adds too much',
      todo,
      code(41),
      '`lesson-01-solution`, `src/answer.ts` adds 41 lines of code in one step: make do with 40.',
    ],
  ])('names %s', (_what, starter, solved, sentence) => {
    expect(check(starter, solved)).toEqual([sentence]);
  });
});

describe('readMistakes()', () => {
  const header = '// misconception: L1-02\n// fails: answers with 42\n';
  const read = async (text: string) => {
    await using course = await createTinyCourse();
    const file = 'mistakes/answer/mistake.ts';
    await course.write(`${solution}/${file}`, text);
    const [step] = snapshot.steps;
    if (!step) throw new Error('the snapshot has no step');
    const replaced: Replaced = { step, file, path: `${course.root}/${solution}/${file}` };
    return await readMistakes([replaced], 'lesson-01-solution');
  };

  test('reads every key of a header, and nothing below it', () => {
    const text = `${header}// nodes: 22, 26\n// because: it is so\n// state: environment\nfoo();\n// fails: later\n`;
    expect(parseHeader(text)).toEqual({
      misconception: 'L1-02',
      fails: 'answers with 42',
      nodes: [22, 26],
      because: 'it is so',
      isEnvironment: true,
    });
  });

  test('accepts a mistake that names a check and a misconception that the check claims', async () => {
    expect(await read(header)).toMatchObject({ problems: [], mistakes: [{ fails: 'answers with 42' }] });
  });

  test.each([
    [
      'a check that there is not',
      header.replace('with 42', 'with 7'),
      "`fails: answers with 7` names no check of step 1: write a check's name verbatim.",
    ],
    [
      'a misconception that the check does not claim',
      header.replace('L1-02', 'L1-03'),
      '`misconception: L1-03` is not claimed by `answers with 42`: give the check a hint for it.',
    ],
    [
      'versions without a reason',
      `${header}// nodes: 22\n`,
      '`nodes` has no reason: add a `because: ` line.',
    ],
    [
      'versions that are none',
      `${header}// nodes: old\n// because: it is so\n`,
      '`nodes` is no list of major versions: write it like `nodes: 22, 26`.',
    ],
  ])('names %s', async (_what, text, sentence) => {
    expect((await read(text)).problems).toEqual([
      `\`lesson-01-solution\`, \`mistakes/answer/mistake.ts\`: ${sentence}`,
    ]);
  });
});

describe('checkImports()', () => {
  const check = (path: string, text: string) => checkImports({ [path]: text }, solution);

  test.each([
    ['a package', 'src/answer.ts', "import { status } from '@grpc/grpc-js';"],
    ['a neighbour', 'src/answer.ts', "import { other } from './other.ts';"],
    ["its own lesson's checks in its glue", 'exercise.test.ts', "import { checks } from 'lesson-01/checks';"],
  ])('allows a solution to import %s', (_what, path, text) => {
    expect(check(path, text)).toEqual([]);
  });

  test.each([
    ['its own lesson elsewhere', 'src/answer.ts', "import { checks } from 'lesson-01/checks';"],
    ['another lesson', 'exercise.test.ts', "import { checks } from 'lesson-02/checks';"],
    [
      'another lesson by its path',
      'src/answer.ts',
      "const other = await import('../../../lessons/02-b/src/b.ts');",
    ],
    ['another solution', 'src/answer.ts', "export * from '../../lesson-02-b/src/b.ts';"],
  ])('names %s', (_what, path, text) => {
    expect(check(path, text)).toEqual([expect.stringContaining(`\`${solution}/${path}\`, line 1 imports `)]);
  });
});
