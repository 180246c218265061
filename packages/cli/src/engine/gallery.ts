import {
  CourseError,
  type GalleryMistake,
  listMistakes,
  loadMistake,
  readProgress,
  type StepProgress,
} from '@streamlings/course';
import { createGrader } from '@streamlings/grading/supervisor';
import type { Event } from '@streamlings/proto/streamlings/result/v1/result';

/** What others get wrong in a lesson, as far as it gives nothing away. */
export interface Mistakes {
  mistakes: GalleryMistake[];
  /** The steps that are not solved, and whose solution was not seen. */
  closedSteps: number[];
}

/** The mistakes of all lessons. */
export interface Gallery {
  /**
   * Lists the mistakes of the steps that are open, in learning order.
   *
   * @throws CourseError if there is no such lesson.
   */
  list(lesson: string): Promise<Mistakes>;
  /**
   * Runs a mistake in a process of its own, which is killed when the iteration is left or the signal says so.
   *
   * @throws CourseError if its step is not open, or if there is no such mistake.
   */
  run(lesson: string, file: string, signal?: AbortSignal): AsyncIterable<Event>;
}

/** Creates the gallery; what it reads of a lesson is kept. */
export function createGallery(): Gallery {
  const known = new Map<string, Promise<GalleryMistake[]>>();
  const readAll = (lesson: string): Promise<GalleryMistake[]> => {
    const reading = known.get(lesson) ?? listMistakes(lesson);
    known.set(lesson, reading);
    reading.catch(() => known.delete(lesson));
    return reading;
  };
  return {
    list: async (lesson) => {
      const [mistakes, steps] = await Promise.all([readAll(lesson), readSteps(lesson)]);
      const closedSteps = steps.filter((step) => !isOpen(step)).map(({ number }) => number);
      return { mistakes: mistakes.filter(({ step }) => !closedSteps.includes(step)), closedSteps };
    },
    run: async function* (lesson, file, signal) {
      const { step, workspace, options } = await loadMistake(lesson, file);
      const steps = await readSteps(lesson);
      if (!steps.some((each) => each.number === step && isOpen(each))) {
        throw new CourseError(`The mistakes of step ${step} of \`${lesson}\` open when it is solved.`);
      }
      const grader = createGrader();
      try {
        yield* grader.run(workspace, { ...options, ...(signal ? { signal } : {}) });
      } finally {
        await grader[Symbol.asyncDispose]();
      }
    },
  };
}

async function readSteps(lesson: string): Promise<StepProgress[]> {
  return (await readProgress()).find(({ unit }) => unit.name === lesson)?.steps ?? [];
}

function isOpen({ progress, hasSeenSolution }: StepProgress): boolean {
  return progress === 'solved' || hasSeenSolution;
}
