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
    const lines = [
      'export function answer(): number {',
      '  const names: string[] = [];',
      "  names.push('x');",
      "  names.push('x');",
      '  return names.length + 40;',
      '}',
    ];
    await course.write(`${solution}/src/answer.ts`, `${lines.join('\n')}\n`);
    const [first] = await mutate({ root: course.root });
    expect(first).toMatchObject({ mutants: 7, killed: 5 });
    expect(first?.problems).toEqual([
      "`lesson-01-solution`, `src/answer.ts:3`: `names.push('x');` survives with `'x' → ''`: let a check catch it, or say in `survivors.json` why it behaves the same.",
      "`lesson-01-solution`, `src/answer.ts:4`: `names.push('x');` survives with `'x' → ''` (occurrence 2): let a check catch it, or say in `survivors.json` why it behaves the same.",
    ]);

    const excuse = { file: 'src/answer.ts', code: "names.push('x');", reason: 'Only the length counts.' };
    const excuses = [
      { ...excuse, change: "'x' → ''", occurrence: 2 },
      { ...excuse, change: "names.push('x'); → ;" },
    ];
    await course.write(`${solution}/survivors.json`, JSON.stringify(excuses));
    const [second] = await mutate({ root: course.root });
    expect(second).toMatchObject({ mutants: 7, killed: 5 });
    expect(second?.problems).toEqual([
      first?.problems[0],
      "`lesson-01-solution`, `survivors.json`: `names.push('x'); → ;` in `names.push('x');` of `src/answer.ts` does not survive: take the entry out.",
    ]);
  });
});
