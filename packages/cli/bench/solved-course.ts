import { cp, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { courseRoot, findUnits, type Unit } from '@streamlings/course';

/** A copy of the course in which every lesson holds its solution. */
export interface SolvedCourse extends AsyncDisposable {
  root: string;
}

/** Copies those lessons to a temporary folder; their packages stay where they are. */
export async function createSolvedCourse(isWanted: (lesson: Unit) => boolean): Promise<SolvedCourse> {
  const root = await mkdtemp(join(tmpdir(), 'streamlings-bench-'));
  await cp(join(courseRoot, 'tsconfig.base.json'), join(root, 'tsconfig.base.json'));
  await cp(join(courseRoot, 'packages/course/snapshots'), join(root, 'packages/course/snapshots'), {
    recursive: true,
  });
  const lessons = (await findUnits()).filter((unit) => unit.kind === 'lesson' && isWanted(unit));
  for (const { folder, solution } of lessons) {
    const copy = join(root, relative(courseRoot, folder));
    for (const name of await readdir(folder)) {
      if (name === 'node_modules' || name === '.streamlings') continue;
      await cp(join(name === 'src' ? solution : folder, name), join(copy, name), { recursive: true });
    }
    await symlink(join(folder, 'node_modules'), join(copy, 'node_modules'));
  }
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}
