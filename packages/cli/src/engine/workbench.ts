import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CourseError, learnerFolders, loadWorkspace, readProgress, recordResult } from '@streamlings/course';
import { createGrader } from '@streamlings/grading/supervisor';
import { readFingerprint } from './fingerprint.ts';
import { createGallery, type Gallery } from './gallery.ts';
import { createLearnerEngine, type LearnerEngine } from './learner-engine.ts';
import { watchFiles } from './watch-files.ts';

const course = { readProgress, loadWorkspace, recordResult, readFingerprint };

/** The engine with its grader, and with whoever wants to hear of it: any number of screens. */
export interface Workbench extends AsyncDisposable {
  engine: LearnerEngine;
  gallery: Gallery;
  /** Calls `listener` after every change of the engine's state, until it is disposed of. */
  onChange(listener: () => void): Disposable;
  /** Calls `listener` with the path of every file that was saved, while files are watched. */
  onSave(listener: (path: string) => void): Disposable;
  /** Begins to watch the learner's files; resolves with how saves are noticed, for example `watching for saves`. */
  watch(): Promise<string>;
}

/**
 * Opens the workbench at a lesson, or where the learner was.
 *
 * @throws CourseError if there is nothing to learn yet.
 */
export async function openWorkbench(lesson?: string): Promise<Workbench> {
  const changes = createListeners<void>();
  const saves = createListeners<string>();
  const grader = createGrader();
  const open: AsyncDisposable[] = [grader];
  const close = async (): Promise<void> => {
    for (const each of open.splice(0).reverse()) await each[Symbol.asyncDispose]();
  };
  const engine = await createLearnerEngine(course, grader, () => changes.tell(), lesson).catch(
    async (error) => {
      await close();
      throw error;
    },
  );
  open.push(engine);
  if (engine.state.stations.length === 0) {
    await close();
    throw new CourseError('There are no lessons with a snapshot yet.');
  }
  return {
    engine,
    gallery: createGallery(),
    onChange: changes.add,
    onSave: saves.add,
    watch: async () => {
      const watcher = await watchFiles(listSourceFolders(engine), (path) => {
        engine.saved(path);
        saves.tell(path);
      });
      open.push(watcher);
      return watcher.pollingReason ? `watching by polling (${watcher.pollingReason})` : 'watching for saves';
    },
    [Symbol.asyncDispose]: close,
  };
}

function listSourceFolders({ state }: LearnerEngine): string[] {
  const folders = new Set(state.stations.map(({ folder }) => folder));
  const paths = [...folders].flatMap((folder) => learnerFolders.map((part) => join(folder, part)));
  return paths.filter((path) => existsSync(path));
}

function createListeners<T>() {
  const listeners = new Set<(value: T) => void>();
  return {
    add: (listener: (value: T) => void): Disposable => {
      listeners.add(listener);
      return { [Symbol.dispose]: () => listeners.delete(listener) };
    },
    tell: (value: T): void => {
      for (const listener of [...listeners]) listener(value);
    },
  };
}
