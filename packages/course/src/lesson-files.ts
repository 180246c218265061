import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from './optional-files.ts';
import { normalizeLines } from './text-lines.ts';

const ignored = new Set(['node_modules', '.streamlings', '.turbo', 'dist', '.DS_Store']);

/** The folders that the learner works in; `proto` is there where the learner writes the contract. */
export const learnerFolders = ['src', 'proto'] as const;

/**
 * Reads every file of a lesson's folder except its texts in Markdown, by path, with forward slashes and `\n`; none
 * where there is no folder.
 *
 * Texts are left out because nothing is graded by them and a reader loses nothing by a changed one.
 */
export async function readLessonFiles(folder: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  async function collect(path: string): Promise<void> {
    for (const entry of await unlessMissing(readdir(join(folder, path), { withFileTypes: true }), [])) {
      if (ignored.has(entry.name) || entry.name.endsWith('.md')) continue;
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
  return learnerFolders.some((folder) => path.startsWith(`${folder}/`));
}
