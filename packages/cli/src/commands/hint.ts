import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CourseError, findUnit, readHints, readProgress } from '@streamlings/course';

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
  const step = steps.find((each) => (number ? each.number === number : each.progress !== 'solved'));
  const chosen = number ?? step?.number ?? steps.length;
  if (number && !step)
    throw new CourseError(`\`${unit.name}\` has no step ${number}: it has steps 1 to ${steps.length}.`);
  const page = `steps/${String(chosen).padStart(2, '0')}.md`;
  return { name: unit.name, path: join(unit.folder, page), flags: ` --step ${chosen}` };
}
