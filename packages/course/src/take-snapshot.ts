import { join } from 'node:path';
import type { Grader, Workspace } from '@streamlings/grading/supervisor';
import type { Event } from '@streamlings/proto/streamlings/result/v1/result';
import { collectSteps } from './collect-steps.ts';
import { CourseError } from './course-error.ts';
import { courseRoot } from './course-root.ts';
import { findUnit } from './discovery.ts';
import { readLessonFiles } from './lesson-files.ts';
import { readIfThere } from './optional-files.ts';
import { formatSnapshot, type Snapshot, snapshotPath } from './snapshot.ts';
import { describeStarterProblems } from './starter-verdict.ts';
import { writeFile } from './state/write-file.ts';

/** Reads what a lesson's folder holds now, as a snapshot; writes nothing and runs only `checks.ts`. */
export async function readCurrentSnapshot(name: string, root: string = courseRoot): Promise<Snapshot> {
  const unit = await findUnit(name, root);
  const files = await readLessonFiles(unit.folder);
  if (files['checks.ts'] === undefined)
    throw new CourseError(`\`${unit.name}\` has no \`checks.ts\`: write it.`);
  const steps = await collectSteps(join(unit.folder, 'checks.ts'));
  return { name: unit.name, title: await readTitle(unit.folder), steps, files };
}

/**
 * Takes the snapshot of a lesson from its folder, which must hold the pristine starter.
 *
 * @returns whether the snapshot has changed.
 * @throws CourseError where a check of the starter passes, or does not fail inside its checks.
 */
export async function takeSnapshot(
  name: string,
  grader: Grader,
  root: string = courseRoot,
): Promise<boolean> {
  const snapshot = await readCurrentSnapshot(name, root);
  const unit = await findUnit(name, root);
  const workspace: Workspace = {
    name: unit.name,
    folder: unit.folder,
    checks: join(unit.folder, 'checks.ts'),
    steps: snapshot.steps,
  };
  const events: Event[] = [];
  for await (const event of grader.run(workspace, { types: false })) events.push(event);
  const problems = describeStarterProblems(workspace, events);
  if (problems.length > 0) {
    throw new CourseError(
      `The files in \`${unit.name}\` are not a starter, so no snapshot was taken:\n${problems.map((each) => `- ${each}`).join('\n')}`,
    );
  }
  const path = snapshotPath(unit.name, root);
  const text = formatSnapshot(snapshot);
  if (text === (await readIfThere(path))) return false;
  await writeFile(path, text);
  return true;
}

async function readTitle(folder: string): Promise<string> {
  const readme = (await readIfThere(join(folder, 'README.md'))) ?? '';
  const title = /^# \d\d · (.+?)\s*$/m.exec(readme)?.[1];
  if (title) return title;
  throw new CourseError(
    `\`${join(folder, 'README.md')}\` has no heading like \`# 05 · Flow control\`: add one.`,
  );
}
