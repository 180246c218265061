import { join } from 'node:path';
import { CourseError } from './course-error.ts';
import { courseRoot } from './course-root.ts';
import { findUnit } from './discovery.ts';
import { readIfThere } from './optional-files.ts';
import { readProgress, type StepProgress } from './progress.ts';
import { readSnapshot } from './snapshot.ts';
import { readStateAfter, readStateBefore } from './states.ts';

/** The file of a step as it was, as it is, and as it could be. */
export interface StepTexts {
  lesson: string;
  step: StepProgress;
  /** The absolute path of the learner's file. */
  path: string;
  /** As it is when the step begins. */
  starter: string;
  /** The learner's; empty if the file is gone. */
  mine: string;
  solution: string;
}

/**
 * Reads the texts of a step: of the one that is asked for, or else of the first one that is not solved.
 *
 * @throws CourseError if there is no such lesson or step.
 */
export async function readStepTexts(
  name?: string,
  number?: number,
  root: string = courseRoot,
): Promise<StepTexts> {
  const course = await readProgress(root);
  const wanted = name && (await findUnit(name, root)).name;
  const here = wanted
    ? course.find(({ unit }) => unit.name === wanted)
    : (course.find(({ progress }) => progress !== 'solved') ?? course.at(-1));
  if (!here) throw new CourseError('There are no lessons with a snapshot yet.');
  const { unit, steps } = here;
  const step =
    number === undefined
      ? (steps.find(({ progress }) => progress !== 'solved') ?? steps.at(-1))
      : steps.find((each) => each.number === number);
  if (!step) {
    throw new CourseError(`\`${unit.name}\` has no step ${number}: it has steps 1 to ${steps.length}.`);
  }
  const path = join(unit.folder, step.file);
  const snapshot = await readSnapshot(unit.name, root);
  const before = snapshot && (await readStateBefore(unit, snapshot, step.number));
  const after = await readStateAfter(unit, step.number);
  return {
    lesson: unit.name,
    step,
    path,
    starter: before?.[step.file] ?? '',
    mine: (await readIfThere(path)) ?? '',
    solution: after[step.file] ?? '',
  };
}
