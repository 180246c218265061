import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CourseError,
  findUnit,
  readHints,
  readProgress,
  readStepTexts,
  type UnitProgress,
} from '@streamlings/course';

/**
 * Prints one hint, the first unless told otherwise, of the lesson or of the step of a workshop that the learner is at.
 */
export async function showHint(
  lesson: string | undefined,
  number = 1,
  { step }: { step?: number } = {},
): Promise<void> {
  const { name, path, flags } = await findPage(lesson, step);
  const hints = readHints(await readFile(path, 'utf8'));
  const hint = hints[number - 1];
  if (!hint) throw new CourseError(`\`${name}\` has ${hints.length} hints: there is no number ${number}.`);
  console.log(`${name}, hint ${number} of ${hints.length}: ${hint.summary}\n\n${hint.text}`);
  if (number < hints.length)
    console.log(`\nThe next one: \`pnpm streamlings hint ${name} ${number + 1}${flags}\``);
}

/** Finds the text that holds the hints: each step of a workshop has a page of its own. */
async function findPage(lesson: string | undefined, number: number | undefined) {
  const course = await readProgress();
  const name = lesson && (await findUnit(lesson)).name;
  const current = name
    ? course.find(({ unit }) => unit.name === name)
    : (course.find(({ progress }) => progress !== 'solved') ?? course.at(-1));
  if (!current) throw new CourseError('There are no lessons with a snapshot yet.');
  const { unit, steps } = current;
  if (unit.kind === 'lesson') return { name: unit.name, path: join(unit.folder, 'README.md'), flags: '' };
  if (number && !steps.some((step) => step.number === number))
    throw new CourseError(`\`${unit.name}\` has no step ${number}: it has steps 1 to ${steps.length}.`);
  const chosen = number ?? (await findStepToDo(current));
  const page = `steps/${String(chosen).padStart(2, '0')}.md`;
  return { name: unit.name, path: join(unit.folder, page), flags: ` --step ${chosen}` };
}

/** Finds the first step that is to be done. What `catch-up` has written was not graded, and is done all the same. */
async function findStepToDo({ unit, steps }: UnitProgress): Promise<number> {
  for (const { number, progress } of steps) {
    if (progress === 'solved') continue;
    const { mine, solution } = await readStepTexts(unit.name, number);
    if (mine !== solution) return number;
  }
  return steps.length;
}
