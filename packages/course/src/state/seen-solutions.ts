import { join } from 'node:path';
import { courseRoot } from '../course-root.ts';
import { readIfThere } from '../optional-files.ts';
import { stateFolder, withStateLock } from './state-folder.ts';
import { writeFile } from './write-file.ts';

/** Reads of which steps of a lesson the learner has asked for the solution before they were solved. */
export async function readSeenSolutions(name: string, root: string = courseRoot): Promise<number[]> {
  const text = await readIfThere(seenPath(name, root));
  return text === undefined ? [] : JSON.parse(text).steps;
}

/**
 * Keeps that the learner has asked for the solution of steps that were not solved.
 *
 * @throws CourseError if the place cannot be written to.
 */
export async function recordSeenSolutions(
  name: string,
  steps: number[],
  root: string = courseRoot,
): Promise<void> {
  await withStateLock(root, async () => {
    const earlier = await readSeenSolutions(name, root);
    const all = [...new Set([...earlier, ...steps])].sort((a, b) => a - b);
    if (all.length > earlier.length) await write(name, all, root);
  });
}

/** Forgets it, of steps that begin anew. The caller holds the lock. */
export async function forgetSeenSolutions(
  name: string,
  steps: number[],
  root: string = courseRoot,
): Promise<void> {
  const earlier = await readSeenSolutions(name, root);
  const kept = earlier.filter((step) => !steps.includes(step));
  if (kept.length < earlier.length) await write(name, kept, root);
}

async function write(name: string, steps: number[], root: string): Promise<void> {
  await writeFile(seenPath(name, root), `${JSON.stringify({ steps })}\n`);
}

function seenPath(name: string, root: string): string {
  return join(stateFolder(root), 'seen-solutions', `${name}.json`);
}
