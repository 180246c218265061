import 'vitest';

/** What the supervisor asks a child to run. */
export interface RunRequest {
  /** Starts every line of this run, see channel.ts. */
  token: string;
  /** `collect` only declares the checks; no file of the learner is loaded. */
  mode: 'run' | 'collect';
  /** The learner's file for each key of `Exercise`, absolute; the key is the file's base name. */
  files: Record<string, string>;
  /** Runs only these steps, counted from 1. */
  steps?: number[];
  /** Runs only the checks whose name contains this text. */
  name?: string;
  /** Runs no check of a step behind one that failed. */
  stopsAtFailure?: boolean;
  /** Multiplies every watchdog. */
  timeFactor: number;
}

/** Between a child's main thread and its worker: the worker says `armed`, the main thread answers with the request. */
export const REQUEST_CHANNEL = 'streamlings.run';

declare module 'vitest' {
  interface ProvidedContext {
    /** The course's own checks.ts, absolute. */
    checks: string;
  }
}
