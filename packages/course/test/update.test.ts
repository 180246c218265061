import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { undo } from '../src/replace-files.ts';
import { updateCourse } from '../src/update/update.ts';
import { createTinyCourse, lesson, starter } from './tiny-course.ts';

const file = `${lesson}/src/answer.ts`;
const mine = 'export const answer = () => 41;\n';

/** A course that goes on, and a learner's clone of it. */
async function createClone() {
  const course = await createTinyCourse();
  const folder = await mkdtemp(join(tmpdir(), 'streamlings-clone-'));
  const root = join(folder, 'clone');
  const git = async (cwd: string, ...args: string[]) => {
    const who = ['-c', 'user.name=author', '-c', 'user.email=author@example.com'];
    const { stdout } = await promisify(execFile)('git', [...who, ...args], { cwd });
    return stdout.trim();
  };
  await course.write('.gitignore', 'node_modules\n.streamlings/\n');
  await git(course.root, 'init', '--quiet', '--initial-branch=main');
  const publish = async (changes: Record<string, string>) => {
    for (const [path, text] of Object.entries(changes)) await course.write(path, text);
    await git(course.root, 'add', '--all');
    await git(course.root, 'commit', '--quiet', '--message=Go on');
  };
  await publish({});
  await git(folder, 'clone', '--quiet', course.root, root);
  return {
    root,
    publish,
    git: (...args: string[]) => git(root, ...args),
    gitOfCourse: (...args: string[]) => git(course.root, ...args),
    read: (path: string) => readFile(join(root, path), 'utf8'),
    write: (path: string, text: string) => writeFile(join(root, path), text),
    [Symbol.asyncDispose]: async () => {
      await course[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describe('an update', () => {
  test('renews a starter that nobody has touched', async () => {
    await using clone = await createClone();
    await clone.publish({ [file]: `// New.\n${starter}`, 'README.md': 'New.\n' });
    const update = await updateCourse({}, clone.root);
    expect(update).toMatchObject({ commits: 1, renewed: [file], outdated: [], backups: [] });
    expect(await clone.read(file)).toBe(`// New.\n${starter}`);
    expect(await clone.read('README.md')).toBe('New.\n');
  });

  test('leaves the work of the learner as it is, says that its starter is new, and keeps a copy', async () => {
    await using clone = await createClone();
    await clone.write(file, mine);
    await clone.publish({ [file]: `// New.\n${starter}` });
    const update = await updateCourse({}, clone.root);
    expect(update).toMatchObject({ commits: 1, renewed: [], outdated: [file], starters: [] });
    expect(await clone.read(file)).toBe(mine);
    await clone.write(file, 'gone\n');
    await undo('lesson-01', clone.root);
    expect(await clone.read(file)).toBe(mine);
  });

  test('puts the new starter beside the work on request', async () => {
    await using clone = await createClone();
    await clone.write(file, mine);
    await clone.publish({ [file]: `// New.\n${starter}` });
    const { starters } = await updateCourse({ writesStarters: true }, clone.root);
    expect(starters).toEqual([`${lesson}/src/answer.starter.ts`]);
    expect(await clone.read(`${lesson}/src/answer.starter.ts`)).toBe(`// New.\n${starter}`);
    expect(await clone.read(file)).toBe(mine);
  });

  test('says nothing of work whose starter is the old one', async () => {
    await using clone = await createClone();
    await clone.write(file, mine);
    await clone.git('add', '--all');
    await clone.publish({ 'README.md': 'New.\n' });
    expect(await updateCourse({}, clone.root)).toMatchObject({ commits: 1, renewed: [], outdated: [] });
    expect(await clone.read(file)).toBe(mine);
  });

  test('keeps the work on a lesson that is no longer there in its copy', async () => {
    await using clone = await createClone();
    await clone.write(file, mine);
    await clone.gitOfCourse('rm', '-r', '--quiet', lesson);
    await clone.publish({});
    const { orphaned, backups } = await updateCourse({}, clone.root);
    expect(orphaned).toEqual([file]);
    expect(await readFile(join(backups[0]?.folder ?? '', 'src/answer.ts'), 'utf8')).toBe(mine);
  });

  test('finds nothing to do where nothing is new', async () => {
    await using clone = await createClone();
    await clone.write(file, mine);
    expect(await updateCourse({}, clone.root)).toMatchObject({ commits: 0, backups: [] });
    expect(await clone.read(file)).toBe(mine);
  });

  test('puts the work back when git refuses in the middle', async () => {
    await using clone = await createClone();
    await clone.write(file, mine);
    await clone.write('new.md', 'mine, and not committed\n');
    await clone.publish({ [file]: `// New.\n${starter}`, 'new.md': 'theirs\n' });
    await expect(updateCourse({}, clone.root)).rejects.toThrow(
      '`git merge --quiet --ff-only @{upstream}` failed',
    );
    expect(await clone.read(file)).toBe(mine);
    expect(await clone.read('new.md')).toBe('mine, and not committed\n');
  });

  test.each([
    [
      'files of the course that were changed',
      async (clone: Clone) => clone.write(`${lesson}/checks.ts`, 'export {};\n'),
      `You have changed files of the course (\`${lesson}/checks.ts\`)`,
    ],
    [
      'commits of the learner',
      async (clone: Clone) => {
        await clone.write(file, mine);
        await clone.git('commit', '--quiet', '--all', '--message=Answer');
      },
      '`main` has commits of your own (1)',
    ],
    [
      'a branch that follows none',
      async (clone: Clone) => void (await clone.git('switch', '--quiet', '--create', 'mine')),
      'The branch `mine` follows no branch of the course',
    ],
    [
      'a clone of a place that is gone',
      async (clone: Clone) => void (await clone.git('remote', 'set-url', 'origin', join(clone.root, 'gone'))),
      '`git fetch --quiet` failed',
    ],
  ])('changes nothing and says what to do with %s', async (_what, prepare, sentence) => {
    await using clone = await createClone();
    await clone.publish({ [file]: `// New.\n${starter}` });
    await prepare(clone);
    const before = await clone.read(file);
    await expect(updateCourse({}, clone.root)).rejects.toThrow(sentence);
    expect(await clone.read(file)).toBe(before);
  });

  test('needs a clone', async () => {
    await using course = await createTinyCourse();
    await expect(updateCourse({}, course.root)).rejects.toThrow('is no clone of a git repository');
  });
});

type Clone = Awaited<ReturnType<typeof createClone>>;
