import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { courseRoot, findUnits } from '@streamlings/course';
import { describe, expect, test } from 'vitest';

/** The parts of the repository; what else lies about in a checkout is none of a test's business. */
const parts = /^(packages|lessons|workshops|solutions|scripts|proto|docs)$|^\.gitignore$|\.(json|yaml)$/;
const leftOut = ['.turbo', '.streamlings', 'dist'];

/** Copies the whole repository; only the packages of the registry are shared with it. */
async function copyRepository() {
  const root = await mkdtemp(join(tmpdir(), 'streamlings-repository-'));
  for (const name of await readdir(courseRoot)) {
    if (!parts.test(name)) continue;
    await cp(join(courseRoot, name), join(root, name), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !leftOut.includes(basename(path)),
    });
  }
  await mkdir(join(root, 'node_modules'));
  for (const name of await readdir(join(courseRoot, 'node_modules'))) {
    const [from, to] = [join(courseRoot, 'node_modules', name), join(root, 'node_modules', name)];
    if (name === '.pnpm') await symlink(from, to);
    else await cp(from, to, { recursive: true, verbatimSymlinks: true });
  }
  return { root, [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }) };
}

async function run(cwd: string, ...args: string[]): Promise<{ code: number | null; output: string }> {
  const env = { ...process.env, CI: undefined, STREAMLINGS_ROOT: undefined, FORCE_COLOR: undefined };
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.once('close', resolve);
  return { code: await promise, output };
}

/** Reads a lesson's own files by their path. */
async function readSources(folder: string): Promise<Record<string, string>> {
  const names = await readdir(join(folder, 'src'), { recursive: true });
  const texts = names
    .sort()
    .map(async (name) => [name, await readFile(join(folder, 'src', name), 'utf8')] as const);
  return Object.fromEntries(await Promise.all(texts));
}

/** Lists the packages whose tests `pnpm test` would run with these flags. */
async function listTested(...flags: string[]): Promise<string[]> {
  const { output } = await run(courseRoot, 'scripts/test.ts', '--dry=json', ...flags);
  const plan = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1));
  return plan.tasks.map((task: { package: string }) => task.package);
}

const lint = ['scripts/lint.ts'];
const typecheck = ['scripts/typecheck.ts'];

describe('pnpm test', () => {
  test('leaves the lessons out, and takes everything else', async () => {
    const tested = await listTested();
    expect(tested).toContain('@streamlings/course');
    expect(tested).toContain('lesson-01-solution');
    expect(tested.filter((name) => /^(lesson|workshop)-\d\d$/.test(name))).toEqual([]);
  });

  test('takes the lesson that the filter names', async () => {
    expect(await listTested('--filter', 'lesson-01')).toEqual(['lesson-01']);
    expect(await listTested('--filter=lesson-01')).toEqual(['lesson-01']);
    expect(await listTested('-F', 'lesson-01')).toEqual(['lesson-01']);
  });
});

describe('a learner who is half-way', () => {
  test('finds lint and types green, and gets the starter back byte for byte', {
    timeout: 300_000,
  }, async () => {
    const [first] = await findUnits();
    if (!first) throw new Error('there are no lessons');
    await using copy = await copyRepository();
    const { root } = copy;
    const lesson = join(root, relative(courseRoot, first.folder));
    const streamlings = join(root, 'packages/cli/bin/streamlings.js');
    await run(root, streamlings, 'reset', first.name);
    const starter = await readSources(lesson);
    const graded = await run(root, 'scripts/test.ts', '--filter', first.name, '--', '--step', '1');
    expect(graded.code).toBe(1);
    expect(graded.output).toMatch(new RegExp(`^${first.name} on Node .* of 5 checks passed\n$`, 's'));

    await run(root, streamlings, 'solve', first.name, '--yes');
    const solved = await run(lesson, join(root, 'packages/course/bin/grade.js'));
    expect(solved.code, solved.output).toBe(0);

    for (const name of Object.keys(starter))
      await writeFile(join(lesson, 'src', name), 'const half: number = "way');
    await expectGreen(root, lint, typecheck);

    await run(root, streamlings, 'reset', first.name);
    expect(await readSources(lesson)).toEqual(starter);
  });
});

async function expectGreen(root: string, ...commands: string[][]): Promise<void> {
  for (const command of commands) {
    const { code, output } = await run(root, ...command);
    expect(code, `${command.join(' ')}\n${output}`).toBe(0);
  }
}
