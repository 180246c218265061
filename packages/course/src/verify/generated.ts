import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { readLessonFiles } from '../lesson-files.ts';
import { readIfThere } from '../optional-files.ts';

const require = createRequire(import.meta.url);
const buf = join(dirname(require.resolve('@bufbuild/buf/package.json')), 'bin/buf');

/** Judges that the committed code is what `buf generate` makes of the `.proto` files, for each place that has some. */
export async function checkGenerated(root: string): Promise<string[]> {
  const problems = await Promise.all(
    ['', 'packages/grpc', 'packages/mock'].map((place) => checkFolder(root, place)),
  );
  return problems.flat();
}

async function checkFolder(root: string, place: string): Promise<string[]> {
  const folder = join(root, place);
  const template = await readIfThere(join(folder, 'buf.gen.yaml'));
  if (template === undefined) return [];
  const outs = [...template.matchAll(/^\s*(?:- )?out: (\S+)$/gm)].map(([, out = '']) => out);
  const fresh = await mkdtemp(join(tmpdir(), 'streamlings-generated-'));
  try {
    await generate(root, folder, fresh);
    const problems = await Promise.all(
      outs.map((out) => compare(place, join(folder, out), join(fresh, out), out)),
    );
    return problems.flat();
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return [`\`${join(place, 'buf.gen.yaml')}\` cannot be followed: ${(stderr || message).trim()}`];
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function generate(root: string, folder: string, out: string): Promise<void> {
  const binaries = [
    dirname(process.execPath),
    join(root, 'node_modules/.bin'),
    join(folder, 'node_modules/.bin'),
  ];
  const PATH = [...binaries, process.env.PATH].join(delimiter);
  await promisify(execFile)(process.execPath, [buf, 'generate', '-o', out], {
    cwd: folder,
    env: { ...process.env, PATH },
  });
}

async function compare(place: string, committed: string, fresh: string, out: string): Promise<string[]> {
  const [old, now] = await Promise.all([readLessonFiles(committed), readLessonFiles(fresh)]);
  const paths = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
  const command = place ? `pnpm --dir ${place} generate` : 'pnpm generate';
  return paths
    .filter((path) => old[path] !== now[path])
    .map((path) => `\`${join(place, out, path)}\` is not what the \`.proto\` files say: run \`${command}\`.`);
}
