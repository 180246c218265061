import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import promises from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

/** What the learner's files started and have not stopped. */
export interface Leaks {
  /** Timeouts and intervals that are still running. */
  readonly timers: number;
}

const running = new Set<unknown>();
let isLearnerFrame: (frame: string) => boolean = () => false;

/** Counts what was started since the last call of `forgetLeaks()`. */
export const leaks: Leaks = {
  get timers() {
    return running.size;
  },
};

/** Starts counting anew. */
export function forgetLeaks(): void {
  running.clear();
}

type Fire = (...args: unknown[]) => void;
type Timer = NodeJS.Timeout | undefined;

/** Watches the timers that files below `folders` create, whichever module they take them from. */
export function installLeakWatch(folders: string[]): void {
  const places = folders.map((folder) => `${pathToFileURL(folder).href}/`);
  isLearnerFrame = (frame) => places.some((place) => frame.includes(place));
  const { setTimeout, setInterval, clearTimeout, clearInterval } = timers;
  const sleep = promises.setTimeout;

  const watchedTimeout = (fire: Fire, ms?: number, ...args: unknown[]) => {
    if (!createdByLearner()) return setTimeout(fire, ms, ...args);
    const timer = setTimeout(() => {
      running.delete(timer);
      fire(...args);
    }, ms);
    running.add(timer);
    return timer;
  };
  const watchedInterval = (fire: Fire, ms?: number, ...args: unknown[]) => {
    const timer = setInterval(fire, ms, ...args);
    if (createdByLearner()) running.add(timer);
    return timer;
  };
  const watchedSleep: typeof sleep = async (ms, value, options) => {
    const slept = sleep(ms, value, options);
    if (!createdByLearner()) return slept;
    running.add(slept);
    try {
      return await slept;
    } finally {
      running.delete(slept);
    }
  };
  const replacements = {
    setTimeout: Object.assign(watchedTimeout, setTimeout),
    setInterval: watchedInterval,
    clearTimeout: (timer: Timer) => {
      running.delete(timer);
      clearTimeout(timer);
    },
    clearInterval: (timer: Timer) => {
      running.delete(timer);
      clearInterval(timer);
    },
  };
  Object.assign(timers, replacements);
  Object.assign(globalThis, replacements);
  promises.setTimeout = watchedSleep;
  syncBuiltinESMExports();
}

/** Looks at the nearest caller outside Node and this file: what a library starts for the learner is the library's. */
function createdByLearner(): boolean {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 8;
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  Error.stackTraceLimit = stackTraceLimit;
  const caller = frames.find(
    (frame) => /[/\\]/.test(frame) && !frame.includes('node:') && !frame.includes(import.meta.url),
  );
  return caller !== undefined && isLearnerFrame(caller);
}
