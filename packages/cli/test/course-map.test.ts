import { expect, test } from 'vitest';
import { waitingRun } from '../src/engine/run-view.ts';
import { lineUpStations } from '../src/engine/stations.ts';
import { drawMap } from '../src/hub/course-map.ts';
import { createScriptedCourse } from './scripted-course.ts';

async function currentOf(progress: Record<string, 'solved'>, index: number) {
  const course = createScriptedCourse();
  course.progress = progress;
  const stations = lineUpStations(await course.readProgress());
  const run = waitingRun(stations[index]);
  return drawMap({ stations, index, run, solved: undefined, problem: undefined }).current;
}

test('the map leads on to where the learner was', async () => {
  expect(await currentOf({}, 2)).toMatchObject({ lesson: 'lesson-02', step: 1 });
});

test('the map leads on from a step that is solved to the next one that is not', async () => {
  const progress = { 'lesson-01/1': 'solved', 'lesson-01/2': 'solved' } as const;
  expect(await currentOf(progress, 0)).toMatchObject({ lesson: 'lesson-02', step: 1 });
});
