import { join } from 'node:path';
import { courseRoot } from './course-root.ts';
import { isLearnerFile, readLessonFiles } from './lesson-files.ts';
import { readIfThere } from './optional-files.ts';

/**
 * Reads what belongs to a text of a lesson: the contracts that it names, by their path in the course, and the learner's
 * files, by theirs in the lesson's folder.
 */
export async function readCompanions(
  folder: string,
  text: string,
  root: string = courseRoot,
): Promise<Array<{ path: string; text: string }>> {
  const names = new Set(text.match(/(?<![\w/])proto\/streamlings\/[\w/]+\.proto\b/g));
  const links = text.match(/(?<=\]\((?:\.\.\/)+)proto\/streamlings\/[\w/]+\.proto(?=\))/g) ?? [];
  const own = Object.entries(await readLessonFiles(folder)).filter(([path]) => isLearnerFile(path));
  const files = new Map(own);
  for (const path of [...names, ...links]) {
    const contract = files.get(path) ?? (await readIfThere(join(root, path)));
    if (contract !== undefined) files.set(path, contract);
  }
  return [...files].map(([path, text]) => ({ path, text })).sort((a, b) => a.path.localeCompare(b.path));
}
