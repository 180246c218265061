import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CheckState } from '@streamlings/proto/streamlings/result/v1/result';
import { expect, test } from 'vitest';
import type { LearnerState } from '../src/engine/learner-engine.ts';
import { followRun, waitingRun } from '../src/engine/run-view.ts';
import { lineUpStations } from '../src/engine/stations.ts';
import { createOpenedHints } from '../src/screen/opened-hints.ts';
import { createScriptedCourse } from './scripted-course.ts';
import { createEvent } from './scripted-grader.ts';

const readme = '## Hints\n\n<details>\n<summary>Where to look</summary>\nThere.\n</details>\n';

async function openState() {
  const folder = await mkdtemp(join(tmpdir(), 'streamlings-hints-'));
  await writeFile(join(folder, 'README.md'), readme);
  const course = lineUpStations(await createScriptedCourse().readProgress());
  const stations = course.map((station) => ({ ...station, folder }));
  const run = waitingRun(stations[0]);
  const state: LearnerState = { stations, index: 0, run, solved: undefined, problem: undefined };
  return { state, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

function fail(state: LearnerState, misconception: string): LearnerState {
  const hint = 'Nobody hears it. Who waits?';
  const value = { name: 'answers once', state: CheckState.FAILED, hint, misconception };
  return {
    ...state,
    run: followRun(waitingRun(state.stations[0]), createEvent({ case: 'checkFinished', value })),
  };
}

test('hints open one at a time, and close for another failure', async () => {
  await using opened = await openState();
  const hints = await createOpenedHints(opened.state);
  const failed = fail(opened.state, 'L1-02');
  expect(hints.list(failed)).toEqual({ opened: [], left: 3 });
  hints.openNext(failed);
  expect(hints.list(failed)).toEqual({ opened: [{ title: 'A question', text: 'Who waits?' }], left: 2 });
  expect(hints.list(fail(opened.state, 'L1-05')).opened).toEqual([]);
  expect(hints.list(failed).opened).toHaveLength(1);
  for (let press = 0; press < 5; press++) hints.openNext(failed);
  expect(hints.list(failed).left).toBe(0);
});

test('each step has its own', async () => {
  await using opened = await openState();
  const hints = await createOpenedHints(opened.state);
  hints.openNext(opened.state);
  expect(hints.list(opened.state).opened).toMatchObject([{ title: 'Where to look' }]);
  expect(hints.list({ ...opened.state, index: 1 }).opened).toEqual([]);
});
