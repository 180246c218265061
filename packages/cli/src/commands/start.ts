import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import {
  CourseError,
  findUnit,
  hasColor,
  learnerFolders,
  loadWorkspace,
  readProgress,
  recordResult,
} from '@streamlings/course';
import { createGrader } from '@streamlings/grading/supervisor';
import { readFingerprint } from '../engine/fingerprint.ts';
import { createLearnerEngine, type LearnerEngine } from '../engine/learner-engine.ts';
import { watchFiles } from '../engine/watch-files.ts';
import { createLearnerScreen } from '../screen/learner-screen.ts';
import { openTerminal } from '../screen/terminal.ts';

const course = { readProgress, loadWorkspace, recordResult, readFingerprint };

/** Starts the terminal learner; without a terminal it grades the current step once and prints the state. */
export async function startLearner(lesson: string | undefined): Promise<void> {
  const name = lesson && (await findUnit(lesson)).name;
  const listeners = new Set<() => void>();
  const onChange = (): void => {
    for (const listener of listeners) listener();
  };
  const grader = createGrader();
  const engine = await createLearnerEngine(course, grader, onChange, name);
  try {
    if (engine.state.stations.length === 0)
      throw new CourseError('There are no lessons with a snapshot yet.');
    if (process.stdin.isTTY && process.stdout.isTTY) await followLearner(engine, listeners);
    else await printOnce(engine);
  } finally {
    await engine[Symbol.asyncDispose]();
    await grader[Symbol.asyncDispose]();
  }
}

async function printOnce(engine: LearnerEngine): Promise<void> {
  const screen = await createLearnerScreen(engine, display(), undefined);
  engine.run();
  await engine.idle();
  console.log(screen.render(process.stdout.columns || 100));
}

/** Shows every change and does what the keys say, until the learner quits or a signal ends the process. */
async function followLearner(engine: LearnerEngine, listeners: Set<() => void>): Promise<void> {
  const left = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      process.exitCode = 128 + constants.signals[signal];
      left.resolve();
    });
  }
  const watcher = await watchFiles(sourceFolders(engine), (path) => engine.saved(path));
  const watching = watcher.pollingReason
    ? `watching by polling (${watcher.pollingReason})`
    : 'watching for saves';
  const screen = await createLearnerScreen(engine, display(), watching);
  const show = (): void => terminal.show(screen.render(terminal.width));
  const press = async (key: string): Promise<void> => {
    if (await screen.press(key)) show();
    else left.resolve();
  };
  const terminal = openTerminal(process.stdin, process.stdout, {
    onKey: (key) => void press(key).catch(left.reject),
    onResize: show,
  });
  listeners.add(show);
  try {
    engine.run();
    show();
    await left.promise;
  } finally {
    listeners.delete(show);
    terminal[Symbol.dispose]();
    await watcher[Symbol.asyncDispose]();
  }
}

function sourceFolders({ state }: LearnerEngine): string[] {
  const folders = new Set(state.stations.map(({ folder }) => folder));
  const paths = [...folders].flatMap((folder) => learnerFolders.map((part) => join(folder, part)));
  return paths.filter((path) => existsSync(path));
}

function display() {
  return { color: hasColor(process.stdout), links: Boolean(process.stdout.isTTY), env: process.env };
}
