import { join } from 'node:path';
import { CourseError } from './course-error.ts';
import type { Unit } from './discovery.ts';
import { isLearnerFile, readLessonFiles } from './lesson-files.ts';
import { listIfThere } from './optional-files.ts';
import type { Snapshot } from './snapshot.ts';

/** Says where the files that are right after a step are kept: a lesson has one folder for all its steps. */
export function stateFolderOf(unit: Unit, step: number): string {
  return unit.kind === 'lesson' ? unit.solution : join(unit.solution, 'steps', String(step).padStart(2, '0'));
}

/**
 * Finds the folder that holds the whole solution; of a workshop, that is the state after the last step.
 *
 * @throws CourseError if a workshop has no state at all.
 */
export async function findSolution(unit: Unit): Promise<string> {
  if (unit.kind === 'lesson') return unit.solution;
  const steps = (await listIfThere(join(unit.solution, 'steps'))).filter((name) => /^\d\d$/.test(name));
  const last = steps.at(-1);
  if (last) return stateFolderOf(unit, Number(last));
  throw new CourseError(`\`${unit.solution}\` has no \`steps/01\`: write the state after step 1.`);
}

/** Reads what the learner's files hold after a step, by their path. */
export async function readStateAfter(unit: Unit, step: number): Promise<Record<string, string>> {
  return onlyLearnerFiles(await readLessonFiles(stateFolderOf(unit, step)));
}

/** Reads what the learner's files hold when a step begins: in a workshop, what the steps before it have led to. */
export async function readStateBefore(
  unit: Unit,
  snapshot: Snapshot,
  step: number,
): Promise<Record<string, string>> {
  const isBuiltOn = unit.kind === 'workshop' && step > 1;
  return isBuiltOn ? readStateAfter(unit, step - 1) : onlyLearnerFiles(snapshot.files);
}

function onlyLearnerFiles(files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).filter(([path]) => isLearnerFile(path)));
}
