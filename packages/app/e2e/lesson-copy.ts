import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const repository = resolve(import.meta.dirname, '../../..');

/** A course of one lesson alone, in a temporary folder. */
export interface LessonCopy extends AsyncDisposable {
  root: string;
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
  /** Reads a file of the solution. */
  readSolution(path: string): Promise<string>;
}

/**
 * Copies a lesson, such as `01-unary`, as it was in the beginning; whatever the person who runs the tests has made of it
 * stays alone.
 */
export async function copyLesson(name: string): Promise<LessonCopy> {
  const lesson = `lessons/${name}`;
  const solution = `solutions/lesson-${name}`;
  const snapshot = `packages/course/snapshots/lesson-${name.slice(0, 2)}.json`;
  const root = await mkdtemp(join(tmpdir(), 'streamlings-e2e-'));
  const isOwn = (path: string): boolean => !path.includes('node_modules');
  for (const folder of [lesson, solution]) {
    await cp(join(repository, folder), join(root, folder), { recursive: true, filter: isOwn });
    await symlink(join(repository, folder, 'node_modules'), join(root, folder, 'node_modules'));
  }
  for (const file of ['tsconfig.base.json', snapshot]) {
    await mkdir(join(root, file, '..'), { recursive: true });
    await cp(join(repository, file), join(root, file));
  }
  const { files } = JSON.parse(await readFile(join(repository, snapshot), 'utf8'));
  for (const [path, lines] of Object.entries<string[]>(files)) {
    await writeFile(join(root, lesson, path), lines.join('\n'));
  }
  return {
    root,
    read: (path) => readFile(join(root, lesson, path), 'utf8'),
    write: (path, text) => writeFile(join(root, lesson, path), text),
    readSolution: (path) => readFile(join(root, solution, path), 'utf8'),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}
