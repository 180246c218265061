import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { explainWriteError } from '../course-error.ts';
import { courseRoot } from '../course-root.ts';
import { listIfThere } from '../optional-files.ts';
import { stateFolder } from './state-folder.ts';

/** Copies of a lesson's files, taken before they were overwritten. */
export interface Backup {
  /** The lesson's name, for example `lesson-01`. */
  lesson: string;
  /** The absolute folder; below it the files have the paths that they had in the lesson. */
  folder: string;
  /** When it was taken, sortable as text. */
  taken: string;
}

/**
 * Copies files of a lesson to a new backup. The backup appears under its name only when it is complete.
 *
 * @param files the files' contents by their path in the lesson's folder.
 * @throws CourseError if the place cannot be written to.
 */
export async function takeBackup(
  lesson: string,
  files: Record<string, Buffer>,
  root: string = courseRoot,
): Promise<Backup> {
  const parent = join(backupsFolder(root), lesson);
  const unfinished = join(parent, `.unfinished-${crypto.randomUUID()}`);
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(unfinished, path)), { recursive: true });
      await writeFile(join(unfinished, path), content, { flush: true });
    }
    return await publish(lesson, parent, unfinished);
  } catch (error) {
    throw explainWriteError(error, parent);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Lists the backups of a lesson, or of all lessons, the newest first. */
export async function listBackups(lesson?: string, root: string = courseRoot): Promise<Backup[]> {
  const lessons = lesson ? [lesson] : await listIfThere(backupsFolder(root));
  const backups = await Promise.all(
    lessons.map(async (name) => {
      const parent = join(backupsFolder(root), name);
      const taken = (await listIfThere(parent)).filter((folder) => !folder.startsWith('.'));
      return taken.map((time): Backup => ({ lesson: name, folder: join(parent, time), taken: time }));
    }),
  );
  return backups.flat().sort((a, b) => (a.taken < b.taken ? 1 : -1));
}

/** Reads the files of a backup by their path in the lesson's folder. */
export async function readBackup(backup: Backup): Promise<Record<string, Buffer>> {
  const files: Record<string, Buffer> = {};
  for (const entry of await readdir(backup.folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files[relative(backup.folder, path).split(sep).join('/')] = await readFile(path);
  }
  return files;
}

/** Two backups of one millisecond get neighbouring names. */
async function publish(lesson: string, parent: string, unfinished: string): Promise<Backup> {
  for (let time = Date.now(); ; time++) {
    const taken = new Date(time).toISOString().replaceAll(/[:.]/g, '-');
    const folder = join(parent, taken);
    try {
      await rename(unfinished, folder);
      return { lesson, folder, taken };
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? ''))
        throw error;
      if (!(await listIfThere(parent)).includes(taken)) throw error;
    }
  }
}

function backupsFolder(root: string): string {
  return join(stateFolder(root), 'backups');
}
