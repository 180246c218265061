import { join } from 'node:path';
import { CourseError } from './course-error.ts';
import { courseRoot } from './course-root.ts';
import { findUnit, type Unit } from './discovery.ts';
import { readBytesIfThere } from './optional-files.ts';
import { readProgress } from './progress.ts';
import { readSnapshot, type Snapshot } from './snapshot.ts';
import { type Backup, listBackups, readBackup, takeBackup } from './state/backups.ts';
import { forgetResults } from './state/results.ts';
import { forgetSeenSolutions, recordSeenSolutions } from './state/seen-solutions.ts';
import { withStateLock } from './state/state-folder.ts';
import { writeFile } from './state/write-file.ts';
import { readStateAfter, readStateBefore } from './states.ts';

/** What a command did to a lesson's files. */
export interface Replacement {
  lesson: string;
  /** The paths, in the lesson's folder, of the files that were written; empty if nothing had to change. */
  written: string[];
  /** Where the files' former contents are; undefined if there were none. */
  backup: Backup | undefined;
}

/**
 * Restores the pristine starter of a lesson, or of one of its steps; the whole lesson includes the course's own files.
 * A step of a workshop is restored to its beginning, as `catchUp` does. What begins anew, begins unseen.
 *
 * @throws CourseError if there is no such lesson or step.
 */
export async function reset(name: string, step?: number, root: string = courseRoot): Promise<Replacement> {
  const { unit, snapshot } = await load(name, root);
  const files = await readFilesToReset(unit, snapshot, step);
  const replacement = await replaceFiles(unit, files, root);
  const isAnew = (number: number) => (unit.kind === 'workshop' ? number >= (step ?? 1) : number === step);
  const steps = snapshot.steps.map(({ number }) => number);
  const anew = steps.filter((number) => step === undefined || isAnew(number));
  await withStateLock(root, () => forgetSeenSolutions(unit.name, anew, root));
  return replacement;
}

async function readFilesToReset(unit: Unit, snapshot: Snapshot, step: number | undefined) {
  if (step === undefined) return snapshot.files;
  const file = fileOfStep(snapshot, step);
  const before = await readStateBefore(unit, snapshot, step);
  return unit.kind === 'workshop' ? before : pick(before, file);
}

/**
 * Brings the learner's files of a workshop to the beginning of a step: to what the steps before it lead to. Files that
 * the learner has added stay.
 *
 * @throws CourseError if there is no such workshop or step.
 */
export async function catchUp(name: string, step: number, root: string = courseRoot): Promise<Replacement> {
  const { kind, name: lesson } = await findUnit(name, root);
  if (kind === 'workshop') return reset(name, step, root);
  throw new CourseError(
    `The steps of \`${lesson}\` do not build on each other: start with any of them, or run \`pnpm streamlings solve ${lesson} --step N\`.`,
  );
}

/**
 * Puts the solution of a lesson, or of one of its steps, in place of the learner's files. The solution of a step of a
 * workshop includes the steps before it.
 *
 * @throws CourseError if there is no such lesson or step.
 */
export async function solve(name: string, step?: number, root: string = courseRoot): Promise<Replacement> {
  const { unit, snapshot } = await load(name, root);
  const last = snapshot.steps.length;
  const file = step === undefined ? undefined : fileOfStep(snapshot, step);
  const files = await readStateAfter(unit, step ?? last);
  const isWhole = file === undefined || unit.kind === 'workshop';
  const progress = (await readProgress(root)).find((each) => each.unit.name === unit.name);
  const replacement = await replaceFiles(unit, isWhole ? files : pick(files, file), root);
  const shown = progress?.steps.filter(
    ({ number, progress }) => progress !== 'solved' && (isWhole ? number <= (step ?? last) : number === step),
  );
  await recordSeenSolutions(unit.name, shown?.map(({ number }) => number) ?? [], root);
  return replacement;
}

/**
 * Puts a text in place of a file of a lesson, whose former content is copied first.
 *
 * @param path in the lesson's folder.
 */
export async function replaceText(
  name: string,
  path: string,
  text: string,
  root: string = courseRoot,
): Promise<Replacement> {
  return replaceFiles(await findUnit(name, root), { [path]: text }, root);
}

/**
 * Keeps a text that is not going to be a file of a lesson where the copies of the files are.
 *
 * @param path in the lesson's folder.
 */
export async function keepText(
  name: string,
  path: string,
  text: string,
  root: string = courseRoot,
): Promise<Backup> {
  const unit = await findUnit(name, root);
  return withStateLock(root, () => takeBackup(unit.name, { [path]: Buffer.from(text) }, root));
}

/**
 * Brings the newest backup back, of a lesson or of the whole course. What it replaces is backed up in turn, so that a
 * second `undo` takes the first one back.
 *
 * @throws CourseError if there is no backup.
 */
export async function undo(name?: string, root: string = courseRoot): Promise<Replacement> {
  const unit = name === undefined ? undefined : await findUnit(name, root);
  const [newest] = await listBackups(unit?.name, root);
  if (!newest) throw new CourseError(`There is nothing to undo${unit ? ` in \`${unit.name}\`` : ''}.`);
  const restored = unit ?? (await findUnit(newest.lesson, root));
  return replaceFiles(restored, await readBackup(newest), root);
}

/** Writes files into a lesson after it has copied what they replace; leaves a file that is already as wanted. */
async function replaceFiles(
  unit: Unit,
  files: Record<string, string | Buffer>,
  root: string,
): Promise<Replacement> {
  return withStateLock(root, async () => {
    const former: Record<string, Buffer> = {};
    const written: string[] = [];
    for (const [path, content] of Object.entries(files)) {
      const current = await readBytesIfThere(join(unit.folder, path));
      if (current?.equals(Buffer.from(content))) continue;
      if (current) former[path] = current;
      written.push(path);
    }
    const backup = Object.keys(former).length > 0 ? await takeBackup(unit.name, former, root) : undefined;
    for (const path of written) await writeFile(join(unit.folder, path), files[path] ?? '');
    const steps =
      (await readSnapshot(unit.name, root))?.steps.filter((step) => written.includes(step.file)) ?? [];
    await forgetResults(
      unit.name,
      steps.map((step) => step.number),
      root,
    );
    return { lesson: unit.name, written, backup };
  });
}

async function load(name: string, root: string): Promise<{ unit: Unit; snapshot: Snapshot }> {
  const unit = await findUnit(name, root);
  const snapshot = await readSnapshot(unit.name, root);
  if (snapshot) return { unit, snapshot };
  throw new CourseError(
    `\`${unit.name}\` has no snapshot: run \`pnpm streamlings snapshot ${unit.name}\` while its folder holds the starter.`,
  );
}

function fileOfStep(snapshot: Snapshot, step: number): string {
  const file = snapshot.steps.find((each) => each.number === step)?.file;
  if (file) return file;
  throw new CourseError(
    `\`${snapshot.name}\` has no step ${step}: it has steps 1 to ${snapshot.steps.length}.`,
  );
}

function pick(files: Record<string, string>, path: string): Record<string, string> {
  const text = files[path];
  if (text === undefined)
    throw new CourseError(`The course has no \`${path}\`: run \`pnpm verify\` for the cause.`);
  return { [path]: text };
}
