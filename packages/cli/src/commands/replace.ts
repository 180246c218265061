import { relative } from 'node:path';
import { createInterface } from 'node:readline/promises';
import {
  CourseError,
  catchUp,
  courseRoot,
  findUnit,
  type Replacement,
  reset,
  solve,
  undo,
} from '@streamlings/course';

/** Restores the starter of a lesson and says where the former files are. */
export async function resetLesson(lesson: string, options: { step?: number }): Promise<void> {
  report(await reset(lesson, options.step), 'holds the starter again');
}

/** Brings the files of a workshop to the beginning of a step and says where the former files are. */
export async function catchUpWithStep(workshop: string, { step }: { step: number }): Promise<void> {
  const replacement = await catchUp(workshop, step);
  report(replacement, `is at the beginning of step ${step}`);
}

/** Puts the solution in place, after a question unless `--yes` answers it. */
export async function solveLesson(lesson: string, options: { step?: number; yes?: boolean }): Promise<void> {
  await findUnit(lesson);
  if (options.yes || (await confirm(`Replace your files in \`${lesson}\` by the solution?`))) {
    report(await solve(lesson, options.step), 'holds the solution now');
  } else {
    console.log('Nothing was changed.');
  }
}

/** Brings the newest backup back. */
export async function undoLast(lesson: string | undefined): Promise<void> {
  report(await undo(lesson), 'holds your earlier files again');
}

/** Says in sentences what was replaced and where the former contents are. */
export function describeReplacement({ lesson, written, backup }: Replacement, outcome: string): string {
  if (written.length === 0) return `\`${lesson}\` ${outcome}; nothing had to change.`;
  const files = written.map((path) => `\`${path}\``).join(', ');
  const where = backup
    ? ` The former files are in \`${relative(courseRoot, backup.folder)}\`; \`pnpm streamlings undo\` brings them back.`
    : '';
  return `\`${lesson}\` ${outcome}: ${files}.${where}`;
}

function report(replacement: Replacement, outcome: string): void {
  console.log(describeReplacement(replacement, outcome));
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new CourseError(`${question} Add \`--yes\` to say so where nobody can be asked.`);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } catch (error) {
    // Ctrl-C is an answer, too.
    if ((error as Error).name !== 'AbortError') throw error;
    console.log();
    return false;
  } finally {
    terminal.close();
  }
}
