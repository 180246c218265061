import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** A course of one small lesson in a temporary folder, complete enough to be graded and verified. */
export interface TinyCourse extends AsyncDisposable {
  root: string;
  write(path: string, text: string): Promise<void>;
  read(path: string): Promise<string>;
  remove(path: string): Promise<void>;
}

export const lesson = 'lessons/01-answer';
export const solution = 'solutions/lesson-01-answer';

export const starter = `// TODO: Answer with the number that was asked for.
export function answer(): number | undefined {
  return undefined;
}
`;

export const solved = `// A constant, because the question never changes.
export function answer(): number | undefined {
  return 42;
}
`;

const checks = `import { check, type Load, step } from '@streamlings/grading';
import { expect } from 'vitest';

export interface Exercise {
  answer: typeof import('./src/answer.ts');
}

export function checks(load: Load<Exercise>): void {
  step({ number: 1, title: 'Answer', file: 'src/answer.ts' }, () => {
    const hints = { 'L1-02': 'Nobody hears what is not returned. What does your function give back?' };
    for (const name of ['answers with 42', 'answers again', 'answers a third time']) {
      check(name, { hints, otherwise: 'Which number was asked for?' }, async ({ diagnose }) => {
        const { answer } = await load.answer();
        const received = answer();
        diagnose({ 'L1-02': () => received === 0 });
        expect(received, 'the answer').toBe(42);
      });
    }
  });
}
`;

const readme = `# 01 · Answer

5 minutes · no prerequisites

Somebody asks.

## The idea

## Your task

## What the checks look for

- answers with 42
- answers again
- answers a third time

## Hints

<details>
<summary>Where to look</summary>
In the function.
</details>
<details>
<summary>The shape</summary>
A number.
</details>

## When it passes

## Further reading
`;

const mistake = `// misconception: L1-02
// fails: answers with 42
export const answer = () => 0;
`;

const manifest = (name: string) =>
  `${JSON.stringify({ name, private: true, type: 'module', scripts: { test: 'grade' } }, undefined, 2)}\n`;

const config = '{ "extends": "../../tsconfig.base.json", "include": ["src", "*.ts"] }\n';

/** The variants and the mistake of the solution, and everything else, by path. */
const files: Record<string, string> = {
  [`${lesson}/README.md`]: readme,
  [`${lesson}/checks.ts`]: checks,
  [`${lesson}/demo.ts`]: 'export const demo = async () => {};\n',
  [`${lesson}/package.json`]: manifest('lesson-01'),
  [`${lesson}/src/answer.ts`]: starter,
  [`${lesson}/tsconfig.json`]: config,
  [`${solution}/mistakes/answer/zero.ts`]: mistake,
  [`${solution}/package.json`]: manifest('lesson-01-solution'),
  [`${solution}/src/answer.ts`]: solved,
  [`${solution}/variants/answer/arrow.ts`]: 'export const answer = () => 42;\n',
  [`${solution}/variants/answer/bits.ts`]: 'export const answer = () => 0b101010;\n',
  [`${solution}/variants/answer/sum.ts`]: 'export const answer = () => 40 + 2;\n',
  [`${solution}/variants/answer/text.ts`]: "export const answer = () => Number('42');\n",
};

/** Creates the course; its packages are those of this repository. */
export async function createTinyCourse(): Promise<TinyCourse> {
  const root = await mkdtemp(join(tmpdir(), 'streamlings-course-'));
  const repository = resolve(import.meta.dirname, '../../..');
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  for (const [path, text] of Object.entries(files)) await write(path, text);
  await write('tsconfig.base.json', await readFile(join(repository, 'tsconfig.base.json'), 'utf8'));
  await symlink(join(repository, 'packages/course/node_modules'), join(root, 'node_modules'));
  return {
    root,
    write,
    read: (path) => readFile(join(root, path), 'utf8'),
    remove: (path) => rm(join(root, path), { recursive: true }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}
