import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { learnerFolders } from '@streamlings/course';

/** Hashes the names and contents of the files that a learner edits; a file that vanishes meanwhile is left out. */
export async function readFingerprint(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const read = (part: string) => readdir(join(folder, part), { recursive: true, withFileTypes: true });
  const entries = await Promise.all(learnerFolders.map((part) => read(part).catch(() => [])));
  const paths = entries
    .flat()
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.sort()) {
    const content = await readFile(path).catch(() => undefined);
    if (content) hash.update(path).update('\0').update(content).update('\0');
  }
  return hash.digest('hex');
}
