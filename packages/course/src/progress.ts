import { join } from 'node:path';
import { courseRoot } from './course-root.ts';
import { findUnits, type Unit } from './discovery.ts';
import { readIfThere } from './optional-files.ts';
import { readSnapshot, type Snapshot } from './snapshot.ts';
import { type CheckResult, readResult } from './state/results.ts';
import { readSeenSolutions } from './state/seen-solutions.ts';
import { readStateBefore } from './states.ts';
import { normalizeLines } from './text-lines.ts';

/** How far a learner is. */
export type Progress = 'not started' | 'in progress' | 'solved';

/** How far a learner is in a lesson and in each of its steps. */
export interface UnitProgress {
  unit: Unit;
  title: string;
  progress: Progress;
  steps: StepProgress[];
}

/** How far a learner is in a step. */
export interface StepProgress {
  number: number;
  title: string;
  /** The file to edit, relative to the lesson's folder. */
  file: string;
  /** The names of its checks, in learning order. */
  checks: string[];
  progress: Progress;
  /** Whether the learner has asked for the solution before the step was solved. */
  hasSeenSolution: boolean;
}

/**
 * Says how far the learner is in every lesson, in their order. A step whose file is as it was when the step
 * or an earlier one began is not started; one whose checks all passed when they last ran is solved. A lesson without a snapshot is left out.
 */
export async function readProgress(root: string = courseRoot): Promise<UnitProgress[]> {
  const units = await findUnits(root);
  const all = await Promise.all(
    units.map(async (unit) => {
      const snapshot = await readSnapshot(unit.name, root);
      return snapshot && readUnitProgress(unit, snapshot, root);
    }),
  );
  return all.filter((each) => each !== undefined);
}

async function readUnitProgress(unit: Unit, snapshot: Snapshot, root: string): Promise<UnitProgress> {
  const results = (await readResult(unit.name, root))?.checks ?? [];
  const seen = await readSeenSolutions(unit.name, root);
  const states = await Promise.all(
    snapshot.steps.map(({ number }) => readStateBefore(unit, snapshot, number)),
  );
  const steps = await Promise.all(
    snapshot.steps.map(async ({ number, title, file, checks }, at): Promise<StepProgress> => {
      const text = await readIfThere(join(unit.folder, file));
      // Several steps may be about one file; who is at the beginning of an earlier one has not started this one either.
      const isPristine =
        text !== undefined && states.slice(0, at + 1).some((before) => before[file] === normalizeLines(text));
      const names = checks.map((check) => check.name);
      const progress = isPristine
        ? 'not started'
        : hasPassed(number, names, results)
          ? 'solved'
          : 'in progress';
      return { number, title, file, checks: names, progress, hasSeenSolution: seen.includes(number) };
    }),
  );
  return { unit, title: snapshot.title, progress: combine(steps), steps };
}

function hasPassed(step: number, names: string[], results: CheckResult[]): boolean {
  return names.every((name) =>
    results.some((each) => each.step === step && each.name === name && each.passed),
  );
}

function combine(steps: StepProgress[]): Progress {
  if (steps.every((step) => step.progress === 'solved')) return 'solved';
  if (steps.every((step) => step.progress === 'not started')) return 'not started';
  return 'in progress';
}
