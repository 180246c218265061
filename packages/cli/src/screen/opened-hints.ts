import { type Hint, listHints, readStepPage, type StepPage } from '@streamlings/course';
import type { LearnerState, Station } from '../engine/learner-engine.ts';

/** The hints of the step that is shown, opened one at a time; every failure has hints of its own. */
export interface OpenedHints {
  openNext(state: LearnerState): void;
  list(state: LearnerState): { opened: Hint[]; left: number };
}

/** Reads the pages of all steps, so that the screen need not wait for any. */
export async function createOpenedHints({ stations }: LearnerState): Promise<OpenedHints> {
  const read = stations.map(async (station) => {
    return [keyOf(station), await readStepPage(station.folder, station.step.number)] as const;
  });
  const pages = new Map<string, StepPage>(await Promise.all(read));
  const counts = new Map<string, number>();

  const list = (state: LearnerState): { opened: Hint[]; left: number } => {
    const station = state.stations[state.index];
    const page = station && pages.get(keyOf(station));
    if (!page) return { opened: [], left: 0 };
    const hints = listHints(page, station.step.number, state.run.failure);
    const opened = hints.slice(0, counts.get(subjectOf(state)) ?? 0);
    return { opened, left: hints.length - opened.length };
  };
  return {
    list,
    openNext: (state) => void counts.set(subjectOf(state), list(state).opened.length + 1),
  };
}

/** What hints are about. */
function subjectOf({ stations, index, run }: LearnerState): string {
  const station = stations[index];
  return `${station && keyOf(station)} ${run.failure?.name} ${run.failure?.misconception}`;
}

function keyOf({ lesson, step }: Station): string {
  return `${lesson}/${step.number}`;
}
