import { createGrader } from '@streamlings/grading/supervisor';
import { takeSnapshot } from '../src/take-snapshot.ts';
import { createTinyCourse, type TinyCourse } from './tiny-course.ts';

export const workshop = 'workshops/01-count';
export const solution = 'solutions/workshop-01-count';

/** What the file holds after so many steps: each step adds a function to it. */
export const counter = (steps: number): string =>
  `${steps === 0 ? '// TODO: Count to one, then to two.\n' : ''}export const one = () => ${steps > 0 ? 1 : 0};
export const two = () => ${steps > 1 ? 2 : 0};
`;

const checks = `import { check, type Load, step } from '@streamlings/grading';
import { expect } from 'vitest';

export interface Exercise {
  counter: { one(): number; two(): number };
}

export function checks(load: Load<Exercise>): void {
  for (const [index, name] of (['one', 'two'] as const).entries()) {
    step({ number: index + 1, title: \`Count to \${name}\`, file: 'src/counter.ts' }, () => {
      const hints = { 'L1-02': 'What does your function give back?' };
      for (const time of ['once', 'twice', 'for ever']) {
        check(\`counts to \${name} \${time}\`, { hints, otherwise: 'How far?' }, async ({ diagnose, file }) => {
          const received = (await load.counter())[name]();
          diagnose({ 'L1-02': () => file.endsWith('.ts') });
          expect(received, 'how far').toBe(index + 1);
        });
      }
    });
  }
}
`;

const page = (step: number, name: string): string => `# Step ${step} · Count to ${name}

About 30 minutes.

## Your task

## What the checks look for

- counts to ${name} once
- counts to ${name} twice
- counts to ${name} for ever

## Hints

<details>
<summary>Where step ${step} looks</summary>
In the function.
</details>
<details>
<summary>The shape</summary>
A number.
</details>

## When it passes
`;

const readme = `# 01 · Count

About 60 minutes.

## What you build

## Agenda

| Step | What | Minutes |
| ---- | ---- | ------- |
| 1    | [Count to one](steps/01.md) | 30 |
| 2    | [Count to two](steps/02.md) | 30      |

## How to work

## Further reading
`;

export const instructorNotes = `# For the instructor

## Timing

## What to say

## Where people get stuck

- L1-02: they return nothing.

## Questions to ask

## Demo

## How to shorten
`;

const manifest = (name: string) =>
  `${JSON.stringify({ name, private: true, type: 'module' }, undefined, 2)}\n`;
const header = (name: string) => `// misconception: L1-02\n// fails: counts to ${name} once\n`;
const wrong = counter(0).split('\n').slice(1).join('\n');

const files: Record<string, string> = {
  [`${workshop}/README.md`]: readme,
  [`${workshop}/INSTRUCTOR.md`]: instructorNotes,
  [`${workshop}/steps/01.md`]: page(1, 'one'),
  [`${workshop}/steps/02.md`]: page(2, 'two'),
  [`${workshop}/checks.ts`]: checks,
  [`${workshop}/package.json`]: manifest('workshop-01'),
  [`${workshop}/tsconfig.json`]: '{ "extends": "../../tsconfig.base.json", "include": ["src", "*.ts"] }\n',
  [`${workshop}/src/counter.ts`]: counter(0),
  [`${solution}/package.json`]: manifest('workshop-01-solution'),
  [`${solution}/steps/01/src/counter.ts`]: counter(1),
  [`${solution}/steps/02/src/counter.ts`]: counter(2),
  [`${solution}/mistakes/01/none.ts`]: `${header('one')}${wrong}`,
  [`${solution}/mistakes/01/nothing.ts`]: `${header('one')}${wrong.replace('0', '-1')}`,
  [`${solution}/mistakes/02/none.ts`]: `${header('two')}${counter(1)}`,
  [`${solution}/mistakes/02/nothing.ts`]: `${header('two')}${counter(1).replace('0', '-1')}`,
  [`${solution}/variants/02/shift.ts`]: counter(2).replace('2;', '1 << 1;'),
  [`${solution}/variants/02/sum.ts`]: counter(2).replace('2;', '1 + 1;'),
  [`${solution}/variants/02/text.ts`]: counter(2).replace('2;', "Number('2');"),
};

const path = 'packages/course/snapshots/workshop-01.json';
let snapshot: string | undefined;

/** Creates a course of one small workshop, which builds one file in two steps; its snapshot is taken once for a file. */
export async function createTinyWorkshop(): Promise<TinyCourse> {
  const course = await createTinyCourse();
  await course.remove('lessons');
  await course.remove('solutions');
  for (const [path, text] of Object.entries(files)) await course.write(path, text);
  if (snapshot === undefined) {
    await using grader = createGrader();
    await takeSnapshot('workshop-01', grader, course.root);
    snapshot = await course.read(path);
  }
  await course.write(path, snapshot);
  return course;
}
