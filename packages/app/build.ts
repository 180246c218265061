import { createHash } from 'node:crypto';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const folder = import.meta.dirname;
const built = join(folder, 'dist');
const stamp = join(built, '.built-from');

/** Builds the application unless what is built is current; resolves with its folder. */
export async function buildApp(): Promise<string> {
  const fingerprint = await readFingerprint();
  if ((await readFile(stamp, 'utf8').catch(() => '')) === fingerprint) return built;
  const { build } = await import('vite');
  await build({ root: folder, logLevel: 'error' });
  await writeFile(stamp, fingerprint);
  return built;
}

/** Hashes everything that the application is made of. */
async function readFingerprint(): Promise<string> {
  const sources = [
    'index.html',
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
