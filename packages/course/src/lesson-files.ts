import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from './optional-files.ts';
import { normalizeLines } from './text-lines.ts';

const ignored = new Set(['node_modules', '.streamlings', '.turbo', 'dist', 'README.md', '.DS_Store']);

/**
 * Reads every file of a lesson's folder except its README, by path, with forward slashes and `\n`; none where there
 * is no folder.
 *
 * The README is left out because nothing is graded by it and a reader loses nothing by a changed one.
 */
export async function readLessonFiles(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  async function collect(path: string): Promise<void> {
    for (const entry of await unlessMissing(readdir(join(folder, path), { withFileTypes: true }), [])) {
      if (ignored.has(entry.name)) continue;
      const child = path ? `${path}/${entry.name}` : entry.name;
      if (entry.isDirectory()) await collect(child);
      else if (entry.isFile()) files[child] = normalizeLines(await readFile(join(folder, child), 'utf8'));
    }
  }
  await collect('');
  return files;
}

/** Whether a path is one that the learner edits, rather than one of the course's own files. */
export function isLearnerFile(path: string): boolean {
  return path.startsWith('src/');
}
