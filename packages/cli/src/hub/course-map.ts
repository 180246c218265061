import { create } from '@bufbuild/protobuf';
import { type Course, CourseSchema, Progress } from '@streamlings/proto/streamlings/hub/v1/hub';
import type { LearnerState, Station } from '../engine/learner-engine.ts';

const progresses: Record<Station['step']['progress'], Progress> = {
  'not started': Progress.NOT_STARTED,
  'in progress': Progress.IN_PROGRESS,
  solved: Progress.SOLVED,
};

/** Draws the map of the course; a learner whose step is solved goes on with the next one that is not. */
export function drawMap({ stations, index }: LearnerState): Course {
  const lessons = Map.groupBy(stations, ({ lesson }) => lesson);
  const here = stations.slice(index).find(({ step }) => step.progress !== 'solved') ?? stations[index];
  return create(CourseSchema, {
    units: [...lessons].map(([name, own]) => ({
      name,
      title: own[0]?.title ?? '',
      steps: own.map(({ step }) => ({ ...step, progress: progresses[step.progress] })),
    })),
    ...(here ? { current: { lesson: here.lesson, step: here.step.number } } : {}),
  });
}
