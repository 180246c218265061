import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Hashes the names and contents of the files in a lesson's `src`; a file that vanishes meanwhile is left out. */
export async function readFingerprint(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(join(folder, 'src'), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.sort()) {
    const content = await readFile(path).catch(() => undefined);
    if (content) hash.update(path).update('\0').update(content).update('\0');
  }
  return hash.digest('hex');
}
