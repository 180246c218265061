import { join } from 'node:path';
import { learnerFolders, type UnitProgress } from '@streamlings/course';
import type { Grader, Workspace } from '@streamlings/grading/supervisor';
import type { Event } from '@streamlings/proto/streamlings/result/v1/result';
import { type CheckView, followRun, type RunView, waitingRun } from './run-view.ts';
import { lineUpStations, type Station } from './stations.ts';

export type { CheckView, RunView, Station };

/** What the engine needs of the course. */
export interface LearnerCourse {
  readProgress(): Promise<UnitProgress[]>;
  loadWorkspace(name: string): Promise<Workspace>;
  recordResult(name: string, events: Event[]): Promise<void>;
  /** Tells the contents of a lesson's `src` apart; differs after every change. */
  readFingerprint(folder: string): Promise<string>;
}

/** Where the learner is and what the checks say. */
export interface LearnerState {
  stations: Station[];
  /** The position of the current station; all others are only listed. */
  index: number;
  run: RunView;
  /** The step that the latest save has solved, if the engine has moved on from it. */
  solved: Station | undefined;
  /** What went wrong outside the learner's code, for example a result that could not be kept. */
  problem: string | undefined;
}

/**
 * Runs the checks of the current step whenever it is asked to, says what it knows after every change, and moves on when a
 * save has solved the step.
 */
export interface LearnerEngine extends AsyncDisposable {
  readonly state: LearnerState;
  /** Runs the current step's checks; a run that is under way is cancelled first. */
  run(): void;
  /** Tells that a file was saved; runs the checks if it belongs to the current lesson. */
  saved(path: string): void;
  /** Goes to another station and runs its checks; a position outside the course is ignored. */
  select(index: number): void;
  /** Reads the progress anew, after something else than a run has changed it. */
  refresh(): Promise<void>;
  /** Resolves when nothing is running and nothing is asked for. */
  idle(): Promise<void>;
}

/**
 * Creates the engine at the first step that is not solved, or at the given lesson. `onChange` is called after every
 * change of the state.
 *
 * @throws CourseError if the course cannot be read.
 */
export async function createLearnerEngine(
  course: LearnerCourse,
  grader: Grader,
  onChange: (state: LearnerState) => void,
  lesson?: string,
): Promise<LearnerEngine> {
  const stations = lineUpStations(await course.readProgress());
  const index = chooseStart(stations, lesson);
  let state: LearnerState = {
    stations,
    index,
    run: waitingRun(stations[index]),
    solved: undefined,
    problem: undefined,
  };
  let isWanted = false;
  let isSaved = false;
  let isClosed = false;
  let current: AbortController | undefined;
  let working: Promise<void> | undefined;

  const change = (update: Partial<LearnerState>): void => {
    state = { ...state, ...update };
    if (!isClosed) onChange(state);
  };

  const run = (): void => {
    if (isClosed) return;
    isWanted = true;
    current?.abort();
    working ??= work().finally(() => {
      working = undefined;
    });
  };

  async function work(): Promise<void> {
    while (isWanted && !isClosed) {
      isWanted = false;
      const station = state.stations[state.index];
      if (!station) return;
      current = new AbortController();
      try {
        await runStation(station, current.signal);
      } catch (error) {
        change({ run: waitingRun(station), problem: (error as Error).message });
      }
    }
  }

  async function runStation(station: Station, signal: AbortSignal): Promise<void> {
    const fingerprint = await course.readFingerprint(station.folder);
    const workspace = await course.loadWorkspace(station.lesson);
    const events: Event[] = [];
    let view = waitingRun(station);
    const options = { steps: [station.step.number], wire: true, signal };
    for await (const event of grader.run(workspace, options)) {
      if (signal.aborted) continue;
      events.push(event);
      view = followRun(view, event);
      change({ run: view, problem: undefined });
    }
    if (signal.aborted) return;
    // A watcher may miss a save that follows another within milliseconds; the files themselves do not lie.
    if (fingerprint !== (await course.readFingerprint(station.folder))) isWanted = true;
    else await keep(station, events);
  }

  async function keep(station: Station, events: Event[]): Promise<void> {
    let problem: string | undefined;
    await course.recordResult(station.lesson, events).catch((error: Error) => {
      problem = error.message;
    });
    const stations = lineUpStations(await course.readProgress());
    change({ stations, problem });
    if (isSaved && !isWanted) moveOn(station);
  }

  /** Goes to the next step when a save has solved this one; a step that was solved before is left in peace. */
  function moveOn(station: Station): void {
    const here = state.stations[state.index];
    const next = state.stations[state.index + 1];
    const isHere = here?.lesson === station.lesson && here.step.number === station.step.number;
    if (!isHere || station.step.progress === 'solved' || here.step.progress !== 'solved' || !next) return;
    isSaved = false;
    isWanted = true;
    change({ index: state.index + 1, run: waitingRun(next), solved: station });
  }

  return {
    get state() {
      return state;
    },
    run,
    saved: (path) => {
      const station = state.stations[state.index];
      if (!station || !learnerFolders.some((part) => path.startsWith(join(station.folder, part)))) return;
      isSaved = true;
      change({ solved: undefined });
      run();
    },
    select: (index) => {
      const station = state.stations[index];
      if (!station || index === state.index) return;
      isSaved = false;
      change({ index, run: waitingRun(station), solved: undefined, problem: undefined });
      run();
    },
    refresh: async () => change({ stations: lineUpStations(await course.readProgress()) }),
    idle: async () => {
      while (working) await working;
    },
    [Symbol.asyncDispose]: async () => {
      isClosed = true;
      current?.abort();
      await working;
    },
  };
}

function chooseStart(stations: Station[], lesson: string | undefined): number {
  const candidates = stations.map((station, index) => ({ station, index }));
  const own = lesson ? candidates.filter(({ station }) => station.lesson === lesson) : candidates;
  const next = own.find(({ station }) => station.step.progress !== 'solved') ?? own.at(lesson ? 0 : -1);
  return next?.index ?? 0;
}
