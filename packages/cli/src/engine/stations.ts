import type { StepProgress, UnitProgress } from '@streamlings/course';

/** One step of one lesson: a place where a learner can be. */
export interface Station {
  /** The package's name, for example `lesson-01`. */
  lesson: string;
  /** The lesson's title, for example `Unary`. */
  title: string;
  /** The lesson's folder, absolute. */
  folder: string;
  step: StepProgress;
  /** How many steps the lesson has. */
  stepCount: number;
}

/** Lines up the steps of all lessons in learning order. */
export function lineUpStations(course: UnitProgress[]): Station[] {
  return course.flatMap(({ unit, title, steps }) =>
    steps.map((step) => ({ lesson: unit.name, title, folder: unit.folder, step, stepCount: steps.length })),
  );
}
