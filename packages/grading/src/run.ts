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
