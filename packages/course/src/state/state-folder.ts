import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { explainWriteError } from '../course-error.ts';

/** After a holder was killed, the next one waits this long. */
const staleMs = 5_000;

/** Says where results, progress and backups are kept; git ignores the folder. */
export function stateFolder(root: string): string {
  return join(root, '.streamlings');
}

/**
 * Runs `body` while no other process does so for the same course.
 *
 * @throws CourseError if the place cannot be written to.
 */
export async function withStateLock<T>(root: string, body: () => Promise<T>): Promise<T> {
  const release = await takeLock(stateFolder(root));
  try {
    return await body();
  } finally {
    await release();
  }
}

async function takeLock(folder: string): Promise<() => Promise<void>> {
  try {
    await mkdir(folder, { recursive: true });
    // Every write is a rename, so a lock that was lost to a long pause can cost an update, never a file.
    return await lock(folder, {
      stale: staleMs,
      retries: { retries: 200, minTimeout: 10, maxTimeout: 200, factor: 1.5 },
      onCompromised: () => {},
    });
  } catch (error) {
    throw explainWriteError(error, folder);
  }
}
