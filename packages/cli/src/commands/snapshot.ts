import { findUnits, takeSnapshot } from '@streamlings/course';
import { createGrader } from '@streamlings/grading/supervisor';

/** Takes the snapshots of the named lessons, or of all. */
export async function snapshotLessons(names: string[]): Promise<void> {
  const chosen = names.length > 0 ? names : (await findUnits()).map((unit) => unit.name);
  const grader = createGrader();
  try {
    for (const name of chosen) {
      const isNew = await takeSnapshot(name, grader);
      console.log(
        isNew ? `The snapshot of \`${name}\` is written.` : `The snapshot of \`${name}\` is current.`,
      );
    }
  } finally {
    await grader[Symbol.asyncDispose]();
  }
}
