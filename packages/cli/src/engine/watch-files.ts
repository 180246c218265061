import { watch } from 'chokidar';
import { choosePolling, readMounts } from './choose-polling.ts';

/** A watcher that is at work. */
export interface FileWatcher extends AsyncDisposable {
  /** Why the files are polled, in a few words; undefined where their changes are reported. */
  pollingReason: string | undefined;
}

/** Long enough for an editor that truncates before it writes, too short to be felt. */
const debounceMs = 20;
const pollingIntervalMs = 100;

/** Watches folders and calls `onSave` with the path after every save; resolves when it sees every change. */
export async function watchFiles(folders: string[], onSave: (path: string) => void): Promise<FileWatcher> {
  const pollingReason = choosePolling(folders[0] ?? '/', process.env, await readMounts());
  if (pollingReason) return startWatcher(folders, onSave, pollingReason);
  try {
    return await startWatcher(folders, onSave, undefined);
  } catch (error) {
    // The system may have run out of watches.
    return startWatcher(folders, onSave, (error as NodeJS.ErrnoException).code ?? 'no watches');
  }
}

async function startWatcher(
  folders: string[],
  onSave: (path: string) => void,
  pollingReason: string | undefined,
): Promise<FileWatcher> {
  const usePolling = pollingReason !== undefined;
  const watcher = watch(folders, { ignoreInitial: true, usePolling, interval: pollingIntervalMs });
  const timers = new Map<string, NodeJS.Timeout>();
  watcher.on('all', (event, path) => {
    if (event !== 'add' && event !== 'change') return;
    clearTimeout(timers.get(path));
    timers.set(path, setTimeout(onSave, debounceMs, path));
  });
  const close = async (): Promise<void> => {
    for (const timer of timers.values()) clearTimeout(timer);
    await watcher.close();
  };
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  watcher.once('ready', resolve).on('error', reject);
  try {
    await promise;
  } catch (error) {
    await close();
    throw error;
  }
  return { pollingReason, [Symbol.asyncDispose]: close };
}
