import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readEntries } from '../entries.ts';

const docs = join(import.meta.dirname, '..');
const entries = readEntries();

/** Runs a program to its end, which a watchdog brings about where the program does not. */
function run(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, args, { timeout: 25_000, killSignal: 'SIGKILL' });
}

describe('the FAQ', () => {
  test('has one entry for each program, and one program for each entry', () => {
    const programs = globSync('faq/*.ts', { cwd: docs }).map((path) => basename(path, '.ts'));
    expect(entries.map(({ name }) => name).sort()).toEqual(programs.sort());
  });

  test.concurrent.each(entries)('shows what `pnpm faq $name` prints', async ({ name, output }) => {
    const { stdout } = await run(join(docs, 'faq', `${name}.ts`));
    expect(stdout).toBe(output);
  });
});

describe('pnpm faq', () => {
  const command = join(docs, '../scripts/faq.ts');

  test('runs the program of that name', async () => {
    const { stdout } = await run(command, 'field-names');
    expect(stdout).toBe(entries.find(({ name }) => name === 'field-names')?.output);
  });

  test('lists the names with their questions', async () => {
    const { stdout } = await run(command);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual(
      entries.map(({ name, question }) => [name, question]),
    );
  });

  test('ends with 2 and a sentence for a name that it does not know', async () => {
    await expect(run(command, 'nothing')).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'There is no program `nothing` in the FAQ: `pnpm faq` lists them all.\n',
    });
  });
});
