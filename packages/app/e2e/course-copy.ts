import { cp, glob, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const repository = resolve(import.meta.dirname, '../../..');

/** Some lessons and workshops as they were in the beginning, in a temporary folder. */
export interface CourseCopy extends AsyncDisposable {
  root: string;
  /** Reads a file of the first one. */
  read(path: string): Promise<string>;
  /** Writes a file of the first one. */
  write(path: string, text: string): Promise<void>;
  /** Reads a file of the first one's solution. */
  readSolution(path: string): Promise<string>;
}

/** Copies lessons and workshops; whatever the person who runs the tests has made of them stays alone. */
export async function copyCourse(names: readonly string[] = ['lesson-01']): Promise<CourseCopy> {
  const root = await mkdtemp(join(tmpdir(), 'streamlings-e2e-'));
  await cp(join(repository, 'tsconfig.base.json'), join(root, 'tsconfig.base.json'));
  const copies = await Promise.all(names.map((name) => copyUnit(name, root)));
  const [{ folder, solution } = { folder: root, solution: root }] = copies;
  return {
    root,
    read: (path) => readFile(join(folder, path), 'utf8'),
    write: (path, text) => writeFile(join(folder, path), text),
    readSolution: (path) => readFile(join(solution, path), 'utf8'),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

/** Lists the names of all lessons and then of all workshops. */
export async function listNames(): Promise<string[]> {
  const files = await readdir(join(repository, 'packages/course/snapshots'));
  return files.map((file) => file.replace('.json', '')).sort();
}

async function copyUnit(name: string, root: string): Promise<{ folder: string; solution: string }> {
  const folder = await copyFolder(name.replace('-', 's/'), root);
  const solution = await copyFolder(`solutions/${name}`, root);
  const snapshot = `packages/course/snapshots/${name}.json`;
  await mkdir(dirname(join(root, snapshot)), { recursive: true });
  await cp(join(repository, snapshot), join(root, snapshot));
  const { files } = JSON.parse(await readFile(join(repository, snapshot), 'utf8'));
  for (const [path, lines] of Object.entries<string[]>(files)) {
    await writeFile(join(folder, path), lines.join('\n'));
  }
  return { folder, solution };
}

/** Copies the folder whose name begins as given; resolves with the copy. */
async function copyFolder(beginning: string, root: string): Promise<string> {
  const [found] = await Array.fromAsync(glob(`${beginning}-*`, { cwd: repository }));
  if (!found) throw new Error(`there is no ${beginning}`);
  const filter = (path: string): boolean => !path.includes('node_modules') && !path.endsWith('.streamlings');
  await cp(join(repository, found), join(root, found), { recursive: true, filter });
  await symlink(join(repository, found, 'node_modules'), join(root, found, 'node_modules'));
  return join(root, found);
}
