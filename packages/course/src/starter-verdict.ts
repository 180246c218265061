import type { Workspace } from '@streamlings/grading/supervisor';
import { CheckState, type Event } from '@streamlings/proto/streamlings/result/v1/result';
import { isComplete, readVerdicts } from './verdicts.ts';

/**
 * Says why a run is not the run of a pristine starter, one sentence each; none if it is. Every check except the guards
 * must fail, and by an assertion of the check itself: not at import, not by a watchdog, not by the grader's hand.
 */
export function describeStarterProblems(workspace: Workspace, events: Event[]): string[] {
  const { name } = workspace;
  const problems: string[] = [];
  const verdicts = readVerdicts(events);
  if (!isComplete(events)) problems.push(`the run of \`${name}\` did not come to its end: run it again.`);
  for (const step of workspace.steps) {
    for (const check of step.checks) {
      const verdict = verdicts.find((each) => each.step === step.number && each.finished.name === check.name);
      const problem = verdict ? describeProblem(verdict.finished, check) : 'has no verdict: run it again';
      if (problem) problems.push(`step ${step.number}, \`${check.name}\` ${problem}.`);
    }
  }
  return problems;
}

type Finished = ReturnType<typeof readVerdicts>[number]['finished'];

function describeProblem(finished: Finished, check: { guard?: boolean }): string | undefined {
  if (finished.state === CheckState.PASSED) {
    return check.guard ? undefined : 'passes on the starter: make the check stricter, or the starter do less';
  }
  if (finished.state !== CheckState.FAILED)
    return `does not run to a failure (${finished.label || 'not run'}): let the starter answer UNIMPLEMENTED`;
  if (finished.diagnosis)
    return `hangs on the starter (${finished.diagnosis}): let the starter answer UNIMPLEMENTED`;
  if (!finished.spec)
    return `fails outside the check (${finished.label}): let the starter load and answer UNIMPLEMENTED`;
  return undefined;
}
