import { join, relative, sep } from 'node:path';
import { CourseError } from './course-error.ts';
import { courseRoot } from './course-root.ts';
import { listIfThere, readIfThere } from './optional-files.ts';
import { lineOf } from './text-lines.ts';

/** A lesson or a workshop, as found on disk. */
export interface Unit {
  kind: 'lesson' | 'workshop';
  number: number;
  /** What follows the number in the folder's name, for example `unary`. */
  slug: string;
  /** The package's name, for example `lesson-01`. */
  name: string;
  /** The absolute path of the starter's folder. */
  folder: string;
  /** The absolute path of the solution's folder; it may not exist yet. */
  solution: string;
}

/**
 * Finds the lessons and then the workshops, each sorted by number. The folders are the list: whatever holds a
 * `package.json` is part of the course.
 *
 * @throws CourseError for a folder or a package whose name does not fit.
 */
export async function findUnits(root: string = courseRoot): Promise<Unit[]> {
  return [...(await findUnitsIn(root, 'lesson')), ...(await findUnitsIn(root, 'workshop'))];
}

/**
 * Finds the lesson or workshop with that package name or folder name.
 *
 * @throws CourseError if there is none.
 */
export async function findUnit(name: string, root: string = courseRoot): Promise<Unit> {
  const units = await findUnits(root);
  const unit = units.find(
    (candidate) => candidate.name === name || candidate.folder.endsWith(`${sep}${name}`),
  );
  if (unit) return unit;
  const known = units.map((candidate) => `\`${candidate.name}\``).join(', ');
  throw new CourseError(`There is no \`${name}\`: choose one of ${known || 'no lessons at all'}.`);
}

async function findUnitsIn(root: string, kind: Unit['kind']): Promise<Unit[]> {
  const parent = join(root, `${kind}s`);
  const folders = await listIfThere(parent);
  const units = await Promise.all(folders.map((folder) => readUnit(root, kind, join(parent, folder))));
  const found = units.filter((unit) => unit !== undefined).sort((a, b) => a.number - b.number);
  for (const [index, unit] of found.entries()) {
    const before = found[index - 1];
    if (before?.number !== unit.number) continue;
    const [first, second] = [before, unit].map((each) => `\`${relative(root, each.folder)}\``);
    throw new CourseError(`${first} and ${second} have the same number: rename one of them.`);
  }
  return found;
}

async function readUnit(root: string, kind: Unit['kind'], folder: string): Promise<Unit | undefined> {
  const manifest = await readIfThere(join(folder, 'package.json'));
  if (manifest === undefined) return undefined;
  const path = relative(root, folder).replaceAll(sep, '/');
  const match = /\/(\d\d)-([a-z0-9]+(?:-[a-z0-9]+)*)$/.exec(path);
  if (!match?.[1] || !match[2]) {
    throw new CourseError(`\`${path}\` is not named like \`${kind}s/05-flow-control\`: rename the folder.`);
  }
  const name = `${kind}-${match[1]}`;
  const actual = readName(manifest, path);
  if (actual !== name) {
    throw new CourseError(
      `\`${path}/package.json\`, line ${lineOf(manifest, '"name"')}: the name is \`${actual}\`, and the folder says \`${name}\`: change the name to \`${name}\`.`,
    );
  }
  const solution = join(root, 'solutions', `${name}-${match[2]}`);
  return { kind, number: Number(match[1]), slug: match[2], name, folder, solution };
}

function readName(manifest: string, path: string): unknown {
  try {
    return JSON.parse(manifest).name;
  } catch (error) {
    throw new CourseError(`\`${path}/package.json\` is not JSON (${(error as Error).message}): repair it.`);
  }
}
