import 'vitest';

/** One run of a suite, against one subject. */
export interface SuiteRunRequest {
  /** Names the run in the report. */
  id: string;
  /** The subject's place in its module: the names of the exports and members that lead to it. */
  subject: string[];
  /** How often the suite runs, one time after the other in the same process; each time in another order. */
  times: number;
  /** Whether the first test that fails is enough. */
  stopsAtFailure: boolean;
  /** How long a test or a hook may take, in milliseconds. */
  testLimitMs: number;
}

/** What the process that runs suites is asked to do. */
export interface SuiteRequest {
  /** The learner's file, absolute; it exports `suite`. */
  file: string;
  /** The module with the subjects, absolute. */
  subjects: string;
  runs: SuiteRunRequest[];
}

/** One test of a suite, in one run. */
export interface SuiteTest {
  /** Its name with those of the groups around it, joined by ` > `. */
  name: string;
  /** Which time it was, counted from 1. */
  time: number;
  state: 'passed' | 'failed' | 'skipped';
  /** Why it failed, without colours. */
  error?: string;
  /** What a failed comparison expected and got, as text. */
  expected?: string;
  received?: string;
  /** Whether it failed because it, or a hook of it, took too long. */
  timedOut: boolean;
  /** Whether it compared anything. */
  asserted: boolean;
}

/** What was seen of a suite's conduct while it ran. */
export interface Conduct {
  /** The real timers that the learner's file had started and that fired, for example `server.ts:51, 50 ms`, each place once. */
  waits: string[];
  /** The ports that were asked for; 0 asks for a free one. */
  ports: number[];
  /** What was open when the suite was over, for example `a server on port 50051`. */
  open: string[];
  /** Exceptions and rejections that nobody has handled. */
  unhandled: string[];
  /** Whether fake timers stood in for `setImmediate` at some time. */
  fakedImmediate: boolean;
  /** How many graceful shutdowns did not come to their end. */
  pendingShutdowns: number;
  /** Whether the suite sent a long text that a compressor makes short. */
  sentCompressible: boolean;
}

/** What became of one run. */
export interface SuiteRun extends Conduct {
  id: string;
  tests: SuiteTest[];
  /** Why the run came to nothing: the file does not load, or it never came back. */
  problem?: string;
  /** Whether the problem is that the learner's file could not be used at all. */
  isUnusable: boolean;
}

/** From the process that runs suites to the one that asked. */
export type SuiteLine = { run: SuiteRun } | { done: true };

/** What is said of a run that nothing was heard of. */
export const noConduct: Conduct = {
  waits: [],
  ports: [],
  open: [],
  unhandled: [],
  fakedImmediate: false,
  pendingShutdowns: 0,
  sentCompressible: false,
};

declare module 'vitest' {
  interface TaskMeta {
    streamlings?: Conduct;
    streamlingsAsserted?: boolean;
  }
  interface ProvidedContext {
    /** The request as JSON. */
    suiteRequest: string;
  }
}
