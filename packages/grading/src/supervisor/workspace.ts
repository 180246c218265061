/** A check that the course expects. */
export interface CheckSpec {
  name: string;
  /** The misconceptions it has hints for. */
  misconceptions: string[];
  /** Whether a pristine starter may pass it. */
  guard?: boolean;
}

/** A step that the course expects: one file of the learner's and the checks for it. */
export interface StepSpec {
  /** Counted from 1. */
  number: number;
  /** The heading of its checks. */
  title: string;
  /** The file, relative to the workspace's folder, for example `src/server.ts`. */
  file: string;
  checks: CheckSpec[];
}

/** A folder that can be graded. */
export interface Workspace {
  /** Its name in events, for example `lesson-01` or `lesson-01-solution`. */
  name: string;
  /** The graded folder, absolute. */
  folder: string;
  /** The course's own checks.ts, absolute. */
  checks: string;
  /** What is expected, in learning order. */
  steps: StepSpec[];
  /** Files that are used instead of a step's own: step number to absolute path. */
  files?: Record<number, string>;
  /** Sentences about changed files of the course, reported as events. */
  notices?: string[];
}
