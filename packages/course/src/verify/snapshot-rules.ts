import { isLearnerFile } from '../lesson-files.ts';
import type { Snapshot } from '../snapshot.ts';

/** Judges that a snapshot is what the lesson's folder holds; `judgesLearnerFiles` includes the files that learners edit. */
export function checkSnapshot(stored: Snapshot, current: Snapshot, judgesLearnerFiles: boolean): string[] {
  const { name } = stored;
  const adopt = `run \`pnpm streamlings snapshot ${name}\` to adopt it, or \`pnpm streamlings reset ${name}\` to drop it`;
  const paths = [...new Set([...Object.keys(stored.files), ...Object.keys(current.files)])].sort();
  const problems = paths
    .filter((path) => judgesLearnerFiles || !isLearnerFile(path))
    .filter((path) => stored.files[path] !== current.files[path])
    .map((path) => `\`${name}\`, \`${path}\` differs from the snapshot: ${adopt}.`);
  if (problems.length > 0) return problems;
  if (JSON.stringify(stored.steps) !== JSON.stringify(current.steps) || stored.title !== current.title) {
    return [`\`${name}\`: its title or its checks differ from the snapshot: ${adopt}.`];
  }
  return [];
}
