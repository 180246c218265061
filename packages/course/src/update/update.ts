import { readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { CourseError } from '../course-error.ts';
import { courseRoot } from '../course-root.ts';
import { findUnits } from '../discovery.ts';
import { isLearnerFile } from '../lesson-files.ts';
import { listIfThere, readIfThere } from '../optional-files.ts';
import { type Backup, takeBackup } from '../state/backups.ts';
import { withStateLock } from '../state/state-folder.ts';
import { writeFile } from '../state/write-file.ts';
import { createGit, type Git } from './git.ts';

/** What an update brought; paths are from the course's root, with forward slashes. */
export interface Update {
  /** How many commits; 0 if the course was up to date. */
  commits: number;
  /** Starters that nobody had touched, and that are new now. */
  renewed: string[];
  /** Files of the learner whose starter has changed; they are as they were. */
  outdated: string[];
  /** Where new starters were put beside the learner's files. */
  starters: string[];
  /** Files of lessons that are no longer there; their copies are in `backups`. */
  orphaned: string[];
  /** Copies of all files of the learner's, taken before anything was changed. */
  backups: Backup[];
}

/** How to update. */
export interface UpdateOptions {
  /** Whether to put a changed starter beside the learner's file, for example `server.starter.ts`. */
  writesStarters?: boolean;
}

/**
 * Brings the course's clone to the newest commit of the branch that it follows, and leaves the learner's files as they are.
 *
 * They are copied to backups first. A failure on the way puts them back.
 *
 * @throws CourseError if the clone cannot be fast-forwarded, with what to do about it.
 */
export async function updateCourse(options: UpdateOptions = {}, root: string = courseRoot): Promise<Update> {
  const git = createGit(root);
  const commits = await countNewCommits(git, root);
  const nothing = { commits, renewed: [], outdated: [], starters: [], orphaned: [], backups: [] };
  return commits === 0 ? nothing : withStateLock(root, () => fastForward(git, commits, options, root));
}

async function countNewCommits(git: Git, root: string): Promise<number> {
  if ((await listIfThere(join(root, '.git'))).length === 0) {
    throw new CourseError(
      `\`${root}\` is no clone of a git repository: clone the course, and update the clone.`,
    );
  }
  const branch = (await git('branch', '--show-current')).trim();
  const followed = (await git('for-each-ref', '--format=%(upstream:short)', `refs/heads/${branch}`)).trim();
  if (branch === '' || followed === '') {
    throw new CourseError(
      `${branch ? `The branch \`${branch}\`` : 'This clone'} follows no branch of the course: run \`git switch main\` first.`,
    );
  }
  await git('fetch', '--quiet');
  const counts = await git('rev-list', '--left-right', '--count', 'HEAD...@{upstream}');
  const [own = 0, commits = 0] = counts.trim().split('\t').map(Number);
  if (commits === 0 || own === 0) return commits;
  throw new CourseError(
    `\`${branch}\` has commits of your own (${own}), so it cannot be fast-forwarded: run \`git pull --rebase\`, which stops where you and the course have changed the same lines.`,
  );
}

async function fastForward(
  git: Git,
  commits: number,
  { writesStarters = false }: UpdateOptions,
  root: string,
): Promise<Update> {
  const edited = await findEdited(git);
  const mine = new Map<string, Buffer>();
  for (const path of edited) mine.set(path, await readFile(join(root, path)));
  const backups = await backUp(mine, root);
  const before = (await git('rev-parse', 'HEAD')).trim();
  let orphaned: string[] = [];
  try {
    if (edited.length > 0) await git('checkout', '--quiet', 'HEAD', '--', ...edited);
    await git('merge', '--quiet', '--ff-only', '@{upstream}');
  } finally {
    orphaned = await putBack(mine, root);
  }
  const paths = await git('diff', '--name-only', '--no-renames', '-z', '--diff-filter=AM', before, 'HEAD');
  const changed = paths.split('\0').filter(isOfLearner);
  const outdated = changed.filter((path) => mine.has(path));
  const starters = writesStarters ? await writeStarters(git, outdated, root) : [];
  const renewed = changed.filter((path) => !mine.has(path));
  return { commits, renewed, outdated, starters, orphaned, backups };
}

/** The learner's files that differ from what is committed; a change of any other file is refused. */
async function findEdited(git: Git): Promise<string[]> {
  const status = await git('status', '--porcelain', '--no-renames', '--untracked-files=no', '-z');
  const entries = status.split('\0').filter((entry) => entry !== '');
  const others = entries.map((entry) => entry.slice(3)).filter((path) => !isOfLearner(path));
  if (others.length > 0) {
    const names = others.map((path) => `\`${path}\``).join(', ');
    throw new CourseError(
      `You have changed files of the course (${names}): run \`git stash\`, update, then run \`git stash pop\`.`,
    );
  }
  // What was deleted has nothing to be kept.
  return entries.filter((entry) => !entry.slice(0, 2).includes('D')).map((entry) => entry.slice(3));
}

function isOfLearner(path: string): boolean {
  const [kind = '', , ...rest] = path.split('/');
  return ['lessons', 'workshops'].includes(kind) && isLearnerFile(rest.join('/'));
}

/** Takes a backup for each lesson, under the paths that its files have there. */
async function backUp(mine: ReadonlyMap<string, Buffer>, root: string): Promise<Backup[]> {
  const backups: Backup[] = [];
  for (const { name, folder } of await findUnits(root)) {
    const place = `${folder.slice(root.length + 1).replaceAll(sep, '/')}/`;
    const own = [...mine].filter(([path]) => path.startsWith(place));
    const files = Object.fromEntries(own.map(([path, content]) => [path.slice(place.length), content]));
    if (own.length > 0) backups.push(await takeBackup(name, files, root));
  }
  return backups;
}

/** Writes the learner's files, and returns those whose lesson is gone. */
async function putBack(mine: ReadonlyMap<string, Buffer>, root: string): Promise<string[]> {
  const orphaned: string[] = [];
  for (const [path, content] of mine) {
    const [kind = '', lesson = ''] = path.split('/');
    const manifest = await readIfThere(join(root, kind, lesson, 'package.json'));
    if (manifest === undefined) orphaned.push(path);
    else await writeFile(join(root, path), content);
  }
  return orphaned;
}

async function writeStarters(git: Git, paths: string[], root: string): Promise<string[]> {
  const starters = paths.map((path) => path.replace(/\.ts$/, '.starter.ts'));
  for (const [index, path] of paths.entries()) {
    await writeFile(join(root, starters[index] ?? ''), await git('show', `HEAD:${path}`));
  }
  return starters;
}
