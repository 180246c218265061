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
const PROBLEM = /^(?<file>[^\s(][^(]*)\((?<line>\d+),(?<column>\d+)\): error (?<text>TS\d+: .*)$/;

/** Type-checks a workspace by its tsconfig.json and resolves with the errors in its `src`; never rejects. */
export async function checkTypes(folder: string, signal?: AbortSignal): Promise<TypeProblem[]> {
  if (!existsSync(join(folder, 'tsconfig.json'))) return [];
  const { promise, resolve } = Promise.withResolvers<string>();
  const args = [compiler, '--noEmit', '--pretty', 'false', '-p', folder];
  execFile(process.execPath, args, { cwd: folder, ...(signal ? { signal } : {}) }, (_error, stdout) =>
    resolve(stdout),
  );
  const output = await promise;
  return output.split('\n').flatMap((line) => {
    const found = PROBLEM.exec(line.trim())?.groups;
    if (!found?.file?.startsWith('src/')) return [];
    return [
      { file: found.file, line: Number(found.line), column: Number(found.column), text: found.text ?? '' },
    ];
  });
}
