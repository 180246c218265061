import { join } from 'node:path';
import { courseRoot } from './course-root.ts';
import { isLearnerFile, readLessonFiles } from './lesson-files.ts';
import { readIfThere } from './optional-files.ts';

/** What the harness hands to the learner's files. */
const world = 'packages/grading/src/world/world.ts';

/**
 * Reads what belongs to a text of a lesson: the contracts that it names and the World if the learner's files get one, by
 * their path in the course, and the learner's files, by theirs in the lesson's folder.
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
  const takesWorld = own.some(([, source]) => /\bWorld\b[^;]* from '@streamlings\/grading'/.test(source));
  for (const path of [...names, ...links, ...(takesWorld ? [world] : [])]) {
    const found = files.get(path) ?? (await readIfThere(join(root, path)));
    if (found !== undefined) files.set(path, found);
  }
  return [...files].map(([path, text]) => ({ path, text })).sort((a, b) => a.path.localeCompare(b.path));
}
