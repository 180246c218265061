import { join } from 'node:path';
import type { StepSpec } from '@streamlings/grading/supervisor';
import { courseRoot } from './course-root.ts';
import { readIfThere } from './optional-files.ts';

/** The course's own copy of a lesson: what it expects, and every file as a learner first finds it. */
export interface Snapshot {
  /** The package's name, for example `lesson-01`. */
  name: string;
  /** The title from the README's heading, for example `Unary`. */
  title: string;
  steps: StepSpec[];
  /** The text of each file by its path in the lesson's folder, with forward slashes and `\n`. */
  files: Record<string, string>;
}

/** The same, with a line per array element, so that a diff of the snapshot reads like a diff of the files. */
interface StoredSnapshot extends Omit<Snapshot, 'files'> {
  files: Record<string, string[]>;
}

/** Says where a lesson's snapshot is kept. */
export function snapshotPath(name: string, root: string = courseRoot): string {
  return join(root, 'packages/course/snapshots', `${name}.json`);
}

/** Reads a lesson's snapshot; undefined where none was taken yet. */
export async function readSnapshot(name: string, root: string = courseRoot): Promise<Snapshot | undefined> {
  const text = await readIfThere(snapshotPath(name, root));
  if (text === undefined) return undefined;
  const stored: StoredSnapshot = JSON.parse(text);
  const files = Object.entries(stored.files).map(([path, lines]) => [path, lines.join('\n')] as const);
  return { ...stored, files: Object.fromEntries(files) };
}

/** Writes a snapshot as text, the same text for the same snapshot. */
export function formatSnapshot(snapshot: Snapshot): string {
  const paths = Object.keys(snapshot.files).sort();
  const files = Object.fromEntries(paths.map((path) => [path, snapshot.files[path]?.split('\n') ?? []]));
  const stored: StoredSnapshot = { name: snapshot.name, title: snapshot.title, steps: snapshot.steps, files };
  return `${JSON.stringify(stored, undefined, 2)}\n`;
}
