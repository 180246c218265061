import { describe, expect, test } from 'vitest';
import { makeMutants } from '../src/mutate/mutants.ts';
import { mutate } from '../src/mutate/mutate.ts';
import { createReleasedCourse } from './released-course.ts';
import { solution } from './tiny-course.ts';

const changesOf = (text: string) => makeMutants('a.ts', text).map(({ change }) => change);

describe('makeMutants()', () => {
  test('changes one thing at a time, and says where and what', () => {
    const [mutant, ...others] = makeMutants('a.ts', 'const a = 1;\n  export const b = a;\n').reverse();
    expect(others).toEqual([]);
    expect(mutant).toEqual({
      line: 1,
      code: 'const a = 1;',
      change: '1 → 2',
      text: 'const a = 2;\n  export const b = a;\n',
    });
  });

  test.each([
    ['f(a < b);', ['f(a < b); → ;', '< → <=', '< → >=']],
    ['if (a) { b(); }', ['a → true', 'a → false', '{ b(); } → {}', 'b(); → ;']],
    ['while (a) b();', ['a → false', 'b(); → ;']],
    ['const a = !b && -c;', ['&& → ||', '!b → b', '-c → c']],
    ['const a = await b;', ['await b → b']],
    [
      "const a = { key: ['x', '', true, 2n] };",
      [
        "{ key: ['x', '', true, 2n] } → {}",
        "['x', '', true, 2n] → []",
        "'x' → ''",
        "'' → 'mutated'",
        'true → false',
        '2n → 3n',
      ],
    ],
    ['const a = `b`;', ['`b` → ``']],
    ['for (;;) i++;', ['i++; → ;', 'i++ → i--']],
  ])('knows what can be changed in %s', (text, changes) => {
    expect(changesOf(text)).toEqual(changes);
  });

  test('leaves alone what does nothing at run time', () => {
    expect(changesOf("'use strict';\nimport { a } from 'b';\ntype C = 1 | 'd';\nlet e: { f: 2 };")).toEqual(
      [],
    );
  });
});

describe('mutate()', () => {
  test('counts what the checks refuse, and demands a reason for everything else', async () => {
    await using course = await createReleasedCourse();
    await course.write(
      `${solution}/src/answer.ts`,
      "export function answer(): number {\n  const names = ['x'];\n  return names.length + 41;\n}\n",
    );
    const [first] = await mutate({ root: course.root });
    expect(first).toMatchObject({ mutants: 5, killed: 4 });
    expect(first?.problems).toEqual([
      "`lesson-01-solution`, `src/answer.ts:2`: `const names = ['x'];` survives with `'x' → ''`: let a check catch it, or say in `survivors.json` why it behaves the same.",
    ]);

    const excuse = { file: 'src/answer.ts', code: "const names = ['x'];", reason: 'Only the length counts.' };
    const excuses = ["'x' → ''", "['x'] → []"].map((change) => ({ ...excuse, change }));
    await course.write(`${solution}/survivors.json`, JSON.stringify(excuses));
    const [second] = await mutate({ root: course.root });
    expect(second).toMatchObject({ mutants: 5, killed: 4 });
    expect(second?.problems).toEqual([
      "`lesson-01-solution`, `survivors.json`: `['x'] → []` in `const names = ['x'];` of `src/answer.ts` does not survive: take the entry out.",
    ]);
  });
});
