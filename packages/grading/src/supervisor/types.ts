import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A type error in one of a workspace's files. */
export interface TypeProblem {
  /** Relative to the workspace's folder, with forward slashes. */
  file: string;
  line: number;
  column: number;
  text: string;
}

const compiler = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
const TIMEOUT_MS = 30_000;
const PROBLEM = /^(?<file>[^\s(][^(]*)\((?<line>\d+),(?<column>\d+)\): error (?<text>TS\d+: .*)$/;

/** Type-checks a workspace by its tsconfig.json and resolves with the errors in its `src` and its glue; never rejects. */
export async function checkTypes(folder: string, signal?: AbortSignal): Promise<TypeProblem[]> {
  if (!existsSync(join(folder, 'tsconfig.json'))) return [];
  const { promise, resolve } = Promise.withResolvers<string>();
  const args = [compiler, '--noEmit', '--pretty', 'false', '-p', folder];
  const options = { cwd: folder, timeout: TIMEOUT_MS, ...(signal ? { signal } : {}) };
  execFile(process.execPath, args, options, (_error, stdout) => resolve(stdout));
  const output = await promise;
  return output.split('\n').flatMap((line) => {
    const found = PROBLEM.exec(line.trim())?.groups;
    // A wrong signature shows where the glue hands the file over.
    if (!found?.file || !/^(src\/|exercise\.test\.ts)/.test(found.file)) return [];
    return [
      { file: found.file, line: Number(found.line), column: Number(found.column), text: found.text ?? '' },
    ];
  });
}
