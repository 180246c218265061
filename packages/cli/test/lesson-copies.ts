import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { findUnit } from '@streamlings/course';

const courseRoot = resolve(import.meta.dirname, '../../..');

/** Lessons in a temporary folder, with their solutions. */
export interface LessonCopies extends AsyncDisposable {
  root: string;
  /** Writes a file of a lesson. */
  write(lesson: string, path: string, text: string): Promise<void>;
  /** Puts the solution of a lesson where the learner's files are. */
  solve(lesson: string): Promise<void>;
}

/** Copies lessons of the course as they were in the beginning. */
export async function copyLessons(...names: string[]): Promise<LessonCopies> {
  const root = await mkdtemp(join(tmpdir(), 'streamlings-lessons-'));
  const placeOf = (folder: string): string => join(root, relative(courseRoot, folder));
  const isOwn = (path: string): boolean => !/node_modules|\.streamlings|mistakes|variants/.test(path);
  await cp(join(courseRoot, 'tsconfig.base.json'), join(root, 'tsconfig.base.json'));
  for (const name of names) {
    const { folder, solution } = await findUnit(name, courseRoot);
    for (const each of [folder, solution]) {
      await cp(each, placeOf(each), { recursive: true, filter: isOwn });
      await symlink(join(each, 'node_modules'), join(placeOf(each), 'node_modules'));
    }
    const snapshot = `packages/course/snapshots/${name}.json`;
    await mkdir(join(root, snapshot, '..'), { recursive: true });
    await cp(join(courseRoot, snapshot), join(root, snapshot));
    const { files } = JSON.parse(await readFile(join(courseRoot, snapshot), 'utf8'));
    for (const [path, lines] of Object.entries<string[]>(files)) {
      await writeFile(join(placeOf(folder), path), lines.join('\n'));
    }
  }
  return {
    root,
    write: async (lesson, path, text) => {
      await writeFile(join(placeOf((await findUnit(lesson, courseRoot)).folder), path), text);
    },
    solve: async (lesson) => {
      const { folder, solution } = await findUnit(lesson, courseRoot);
      await cp(join(solution, 'src'), join(placeOf(folder), 'src'), { recursive: true });
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}
