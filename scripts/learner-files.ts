import { globSync } from 'node:fs';
import { resolve } from 'node:path';

/** Whether this runs where nobody is learning, so that the lessons' own sources are judged too. */
export const isCi: boolean = Boolean(process.env.CI);

/** Whether a path from the root lies in the part of a lesson that the learner edits. */
export function isLearnerFile(path: string): boolean {
  return /^(lessons|workshops)\/[^/]+\/(src|proto)\//.test(path.replaceAll('\\', '/'));
}

/** The paths to lint and to format, from the root: style and slips in a learner's file are the learner's business. */
export function pathsOfTheCourse(): string[] {
  if (isCi) return ['.'];
  const paths = globSync(['*', '{lessons,workshops}/*/*'], { cwd: resolve(import.meta.dirname, '..') });
  return paths.filter(
    (path) => !/^(lessons|workshops|node_modules)$/.test(path) && !isLearnerFile(`${path}/`),
  );
}
