import { join } from 'node:path';
import type { Workspace } from '@streamlings/grading/supervisor';
import { collectSteps } from './collect-steps.ts';
import { CourseError } from './course-error.ts';
import { courseRoot } from './course-root.ts';
import { findUnits, type Unit } from './discovery.ts';
import { isLearnerFile } from './lesson-files.ts';
import { readIfThere } from './optional-files.ts';
import { readSnapshot, type Snapshot } from './snapshot.ts';
import { writeFileIfChanged } from './state/write-file.ts';
import { findSolution } from './states.ts';
import { normalizeLines } from './text-lines.ts';

/** What nothing is graded by, and a learner may well play with. */
const playground = ['demo.ts', 'lab.ts', 'serve.ts', 'start.ts'];

/**
 * Says how a lesson (`lesson-01`) or a solution (`lesson-01-solution`) is graded: by the course's own checks and its
 * own list of them, whatever the lesson's folder holds. A lesson without a snapshot is graded by the folder's checks.
 *
 * @throws CourseError if there is no such lesson or solution.
 */
export async function loadWorkspace(name: string, root: string = courseRoot): Promise<Workspace> {
  const { unit, folder } = await findGradedFolder(name, root);
  const snapshot = await readSnapshot(unit.name, root);
  if (!snapshot) return loadUnreleasedWorkspace(name, folder, unit);
  const changed = await findChangedFiles(unit, snapshot);
  return {
    name,
    folder,
    checks: await chooseChecks(unit, snapshot, changed),
    steps: snapshot.steps,
    notices: changed.map((path) => describeChange(unit, path)),
  };
}

async function findGradedFolder(name: string, root: string): Promise<{ unit: Unit; folder: string }> {
  const units = await findUnits(root);
  for (const unit of units) {
    if (name === unit.name) return { unit, folder: unit.folder };
    if (name === `${unit.name}-solution`) return { unit, folder: await findSolution(unit) };
  }
  const known = units.map((unit) => `\`${unit.name}\``).join(', ');
  throw new CourseError(`There is no \`${name}\`: choose one of ${known || 'no lessons at all'}.`);
}

async function loadUnreleasedWorkspace(name: string, folder: string, unit: Unit): Promise<Workspace> {
  const checks = join(unit.folder, 'checks.ts');
  const steps = await collectSteps(checks);
  const notice = `\`${unit.name}\` has no snapshot yet and is graded by the checks in its folder: run \`pnpm streamlings snapshot ${unit.name}\` when they are ready.`;
  return { name, folder, checks, steps, notices: [notice] };
}

async function findChangedFiles(unit: Unit, snapshot: Snapshot): Promise<string[]> {
  const paths = Object.keys(snapshot.files).filter((path) => isCode(path) && !playground.includes(path));
  const changed = await Promise.all(
    paths.map(async (path) => {
      const text = await readIfThere(join(unit.folder, path));
      return text === undefined || normalizeLines(text) !== snapshot.files[path];
    }),
  );
  return paths.filter((_, index) => changed[index]);
}

/** Whether a path is one of the course's own modules: the checks, what they import, the glue. */
function isCode(path: string): boolean {
  return path.endsWith('.ts') && !isLearnerFile(path);
}

/** Puts the course's own checks where their imports resolve as in the lesson's folder. */
async function chooseChecks(unit: Unit, snapshot: Snapshot, changed: string[]): Promise<string> {
  if (changed.length === 0) return join(unit.folder, 'checks.ts');
  const folder = join(unit.folder, '.streamlings');
  for (const [path, text] of Object.entries(snapshot.files)) {
    if (isCode(path)) await writeFileIfChanged(join(folder, path), text);
  }
  return join(folder, 'checks.ts');
}

function describeChange(unit: Unit, path: string): string {
  return `\`${path}\` differs from the course's copy, which is used instead: run \`pnpm streamlings reset ${unit.name}\` to restore it, or, as an author, \`pnpm streamlings snapshot ${unit.name}\` to adopt it.`;
}
