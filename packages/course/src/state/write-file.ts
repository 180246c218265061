import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { explainWriteError } from '../course-error.ts';
import { readIfThere } from '../optional-files.ts';

/**
 * Writes a file so that a reader, even after a kill, finds either the old text or the new one; makes its folder.
 *
 * @throws CourseError if the place cannot be written to.
 */
export async function writeFile(path: string, content: string | Buffer): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomic(path, content);
  } catch (error) {
    throw explainWriteError(error, path);
  }
}

/** Writes a file as `writeFile` does, unless it holds that text already. */
export async function writeFileIfChanged(path: string, text: string): Promise<void> {
  if ((await readIfThere(path)) !== text) await writeFile(path, text);
}
