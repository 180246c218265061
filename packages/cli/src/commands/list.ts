import { type Progress, readProgress } from '@streamlings/course';

const marks: Record<Progress, string> = { 'not started': '·', 'in progress': '◐', solved: '✓' };

/** Prints every lesson with its steps and how far the learner is. */
export async function listLessons(): Promise<void> {
  for (const { unit, title, progress, steps } of await readProgress()) {
    console.log(`${marks[progress]} ${unit.name}  ${title}  (${progress})`);
    for (const step of steps) {
      const seen = step.hasSeenSolution ? '  (solution seen)' : '';
      console.log(`    ${marks[step.progress]} ${step.number}  ${step.title}  ${step.file}${seen}`);
    }
  }
}
