import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const repository = resolve(import.meta.dirname, '../../..');
const lesson = 'lessons/01-unary';
const solution = 'solutions/lesson-01-unary';
const snapshot = 'packages/course/snapshots/lesson-01.json';

/** A course of lesson 01 alone, in a temporary folder. */
export interface LessonCopy extends AsyncDisposable {
  root: string;
  read(path: string): Promise<string>;
  write(path: string, text: string): Promise<void>;
  /** Reads a file of the solution. */
  readSolution(path: string): Promise<string>;
}

/** Copies lesson 01 as it was in the beginning; whatever the person who runs the tests has made of it stays alone. */
export async function copyLesson(): Promise<LessonCopy> {
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
