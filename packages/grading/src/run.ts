import { resolve } from 'node:path';
import type { RunRequest } from './child/run-request.ts';

/** A request and the course's own checks.ts, absolute. */
export interface Run extends RunRequest {
  checks: string;
}

/** The run that the supervisor asked for; undefined where vitest was started by hand. */
export let run: Run | undefined;

/** Sets the run, once, before the checks are declared. */
export function beginRun(begun: Run): void {
  run = begun;
}

/** The absolute path of the learner's file with that name in `Exercise`, for a check that starts programs of its own. */
export function fileOf(key: string): string {
  return run?.files[key] ?? resolve('src', `${key}.ts`);
}
