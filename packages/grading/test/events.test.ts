import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EventFactory } from '../src/supervisor/events.ts';

/** What a failure on a line of a spec is shown as. */
function showLine(spec: string, line: number): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'streamlings-events-'));
  const path = join(folder, 'checks.ts');
  writeFileSync(path, spec);
  try {
    const events = new EventFactory({ name: 'lesson-99', folder, checks: path, steps: [] });
    const { body } = events.verdict({
      step: 1,
      name: 'adds up',
      state: 'failed',
      spec: { path, line, column: 1 },
    });
    return body.case === 'checkFinished' ? body.value.spec?.text : undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('the line of the spec', () => {
  const whole = `expect(addUp([1, 2])).toEqual([{ sum: 3 }, { sum: 4 }]);`;

  test('is the whole of an assertion that goes on behind it', () => {
    const spec = `  expect(addUp([1, 2])).toEqual([\n    { sum: 3 },\n    { sum: 4 },\n  ]);\n  next();\n`;
    expect(showLine(spec, 1)).toBe(whole);
  });

  test('is the whole of an assertion that ends with it, without its label', () => {
    const spec = `  expect(\n    addUp([1, 2]),\n    'the sum',\n  ).toEqual([{ sum: 3 }, { sum: 4 }]);\n`;
    expect(showLine(spec, 4)).toBe(whole);
  });

  test('is no block that begins with it', () => {
    expect(showLine('for (const each of all) {\n  use(each);\n}\n', 1)).toBe('for (const each of all) {');
  });
});
