import { CheckState } from '@streamlings/proto/streamlings/result/v1/result';
import { readVerdicts } from '../verdicts.ts';
import type { Inspection } from './inspect-unit.ts';
import type { Outcome } from './run-cases.ts';

const broken: CheckState[] = [CheckState.FAILED, CheckState.ENVIRONMENT];

/** Judges that every check is one: unless it is a guard, some mistake fails it. */
export function checkProof({ snapshot }: Inspection, outcomes: Outcome[]): string[] {
  if (!snapshot) return [];
  const failed = new Set(
    outcomes
      .filter((outcome) => outcome.case.kind === 'mistake' && outcome.case.unit === snapshot.name)
      .flatMap(({ events }) => readVerdicts(events))
      .filter(({ finished }) => broken.includes(finished.state))
      .map(({ step, finished }) => `${step} ${finished.name}`),
  );
  return snapshot.steps.flatMap((step) =>
    step.checks
      .filter((check) => !check.guard && !failed.has(`${step.number} ${check.name}`))
      .map(
        ({ name }) =>
          `\`${snapshot.name}\`, step ${step.number}, \`${name}\`: no mistake fails it: add one, or make the check a guard.`,
      ),
  );
}
