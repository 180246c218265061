import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const folder = import.meta.dirname;
const built = join(folder, 'dist');
const stamp = join(built, '.built-from');

/** Builds the application unless what is built is current; resolves with its folder. */
export async function buildApp(): Promise<string> {
  const fingerprint = await readFingerprint();
  if ((await readFile(stamp, 'utf8').catch(() => '')) === fingerprint) return built;
  // In a process of its own: it takes memory that the hub need not keep, and an environment that others need not have.
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js');
  const env = { ...process.env, NODE_ENV: 'production' };
  await promisify(execFile)(process.execPath, [vite, 'build', '--logLevel', 'error'], { cwd: folder, env });
  await writeFile(stamp, fingerprint);
  return built;
}

/** Hashes everything that the application is made of. */
async function readFingerprint(): Promise<string> {
  const sources = [
    'index.html',
    'build.ts',
    'vite.config.ts',
    'package.json',
    'src/**/*.*',
    '../proto/gen/**/*.ts',
    '../wire/src/draw/*.ts',
  ];
  const paths = await Array.fromAsync(glob(sources, { cwd: folder }));
  const hash = createHash('sha256');
  for (const path of paths.sort()) hash.update(path).update(await readFile(join(folder, path)));
  return hash.digest('hex');
}
