import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { courseRoot, findUnit } from '@streamlings/course';

/** Runs what `pnpm test` runs, or grades one lesson with the flags of `grade`. */
export async function testLesson(lesson: string | undefined, flags: string[]): Promise<void> {
  const grade = fileURLToPath(import.meta.resolve('@streamlings/course/grade'));
  process.exitCode = lesson
    ? await run((await findUnit(lesson)).folder, [grade, ...flags])
    : await run(courseRoot, [join(courseRoot, 'scripts/test.ts')]);
}

async function run(cwd: string, args: string[]): Promise<number> {
  const child = spawn(process.execPath, args, { cwd, stdio: 'inherit' });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', reject);
  child.once('close', (code) => resolve(code ?? 1));
  return promise;
}
