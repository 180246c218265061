/** Whether this runs where nobody is learning, so that the lessons' own sources are judged too. */
export const isCi: boolean = Boolean(process.env.CI);

/** Whether a path from the root lies in the part of a lesson that the learner edits. */
export function isLearnerFile(path: string): boolean {
  return /^(lessons|workshops)\/[^/]+\/src\//.test(path.replaceAll('\\', '/'));
}
