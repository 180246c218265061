import { watch } from 'chokidar';

const settleMs = 100;

/** Calls back after each change below the folders, once per burst. Returns what ends it. */
export async function watchFolders(folders: string[], onChange: () => void): Promise<() => Promise<void>> {
  const watcher = watch(folders, { ignoreInitial: true, ignored: /node_modules/ });
  let timer: NodeJS.Timeout | undefined;
  watcher.on('all', () => {
    clearTimeout(timer);
    timer = setTimeout(onChange, settleMs);
  });
  const ready = Promise.withResolvers<void>();
  watcher.once('ready', ready.resolve);
  await ready.promise;
  return () => {
    clearTimeout(timer);
    return watcher.close();
  };
}
