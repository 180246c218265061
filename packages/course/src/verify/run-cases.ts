import { createGrader, type Grader } from '@streamlings/grading/supervisor';
import type { Event } from '@streamlings/proto/streamlings/result/v1/result';
import type { Case } from './cases.ts';

/** What became of a case. */
export interface Outcome {
  case: Case;
  events: Event[];
  problems: string[];
  /** What was wrong with it while others ran, if nothing was when it ran again alone. */
  unsteady: string[];
  durationMs: number;
}

/** How cases are run. */
export interface RunCasesOptions {
  /** How many run at the same time. */
  parallel: number;
  /** Multiplies every watchdog; by default what the environment says. */
  timeFactor?: number;
  /** Is asked before each case; false leaves it and the rest out. */
  mayGoOn?(): boolean;
  onOutcome?(outcome: Outcome): void;
}

/** Runs cases on several graders at once; resolves with the outcomes in the order in which they ended. */
export async function runCases(cases: Case[], options: RunCasesOptions): Promise<Outcome[]> {
  const queue = [...cases];
  const outcomes: Outcome[] = [];
  async function work(): Promise<void> {
    const grader = createGrader(options.timeFactor ? { timeFactor: options.timeFactor } : {});
    try {
      for (let next = queue.shift(); next && (options.mayGoOn?.() ?? true); next = queue.shift()) {
        const outcome = await runCase(grader, next);
        outcomes.push(outcome);
        options.onOutcome?.(outcome);
      }
    } finally {
      await grader[Symbol.asyncDispose]();
    }
  }
  await Promise.all(Array.from({ length: Math.min(options.parallel, cases.length) }, work));
  return outcomes;
}

/**
 * Runs again, alone, every case with an outcome that must not be: a machine with too much to do is no fault of the
 * course. Resolves with all outcomes; what went well alone is no problem any more, and is marked as unsteady.
 */
export async function runSurprisesAgain(outcomes: Outcome[], options: RunCasesOptions): Promise<Outcome[]> {
  const surprises = outcomes.filter(({ problems }) => problems.length > 0);
  const again = await runCases(
    surprises.map((outcome) => outcome.case),
    { ...options, parallel: 1 },
  );
  const settled = new Map(again.map((outcome) => [outcome.case, outcome]));
  return outcomes.map((outcome) => {
    const alone = settled.get(outcome.case);
    return alone?.problems.length === 0 ? { ...alone, unsteady: outcome.problems } : outcome;
  });
}

async function runCase(grader: Grader, each: Case): Promise<Outcome> {
  const startedMs = performance.now();
  const events: Event[] = [];
  for await (const event of grader.run(each.workspace, each.options)) events.push(event);
  const durationMs = performance.now() - startedMs;
  return { case: each, events, problems: each.judge(events), unsteady: [], durationMs };
}
