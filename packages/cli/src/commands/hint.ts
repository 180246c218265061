import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CourseError, findUnit, readHints, readProgress } from '@streamlings/course';

/** Prints one hint of a lesson, the first unless told otherwise, of the lesson that the learner is at. */
export async function showHint(lesson: string | undefined, number = 1): Promise<void> {
  const { name, folder } = lesson ? await findUnit(lesson) : await findCurrent();
  const hints = readHints(await readFile(join(folder, 'README.md'), 'utf8'));
  const hint = hints[number - 1];
  if (!hint) throw new CourseError(`\`${name}\` has ${hints.length} hints: there is no number ${number}.`);
  console.log(`${name}, hint ${number} of ${hints.length}: ${hint.summary}\n\n${hint.text}`);
  if (number < hints.length) console.log(`\nThe next one: \`pnpm streamlings hint ${name} ${number + 1}\``);
}

async function findCurrent() {
  const course = await readProgress();
  const current = course.find(({ progress }) => progress !== 'solved') ?? course.at(-1);
  if (current) return current.unit;
  throw new CourseError('There are no lessons with a snapshot yet.');
}
