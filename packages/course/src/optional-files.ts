import { readdir, readFile } from 'node:fs/promises';

/** Reads a text file, or returns undefined where there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  return (await readBytesIfThere(path))?.toString('utf8');
}

/** Reads a file, or returns undefined where there is none. */
export async function readBytesIfThere(path: string): Promise<Buffer | undefined> {
  return unlessMissing(readFile(path), undefined);
}

/** Lists the names in a folder in their order, none where there is no folder. */
export async function listIfThere(folder: string): Promise<string[]> {
  return (await unlessMissing(readdir(folder), [])).sort();
}

/** Waits for a read, or returns the fallback where there is nothing to read. */
export async function unlessMissing<T, F>(read: Promise<T>, fallback: F): Promise<T | F> {
  try {
    return await read;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return fallback;
    throw error;
  }
}
