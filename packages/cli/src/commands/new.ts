import { join } from 'node:path';
import { CourseError, courseRoot, findUnits } from '@streamlings/course';
import { writeFile } from '@streamlings/course/state';
import { writeLesson } from '../scaffold/lesson-files.ts';

/** Scaffolds a lesson with its solution; it type-checks, and `verify` names what is left to write. */
export async function createLesson(name: string): Promise<void> {
  const [, number, slug] = /^(\d\d)-([a-z][a-z0-9]*(?:-[a-z0-9]+)*)$/.exec(name) ?? [];
  if (!number || !slug)
    throw new CourseError(`\`${name}\` is no name for a lesson: write it like \`08-retries\`.`);
  const units = await findUnits();
  const taken = units.find((unit) => unit.kind === 'lesson' && unit.number === Number(number));
  if (taken)
    throw new CourseError(`There is a \`${taken.name}\` already: choose another number than ${number}.`);
  const files = writeLesson({ number, slug });
  for (const [path, text] of Object.entries(files)) await writeFile(join(courseRoot, path), text);
  console.log(Object.keys(files).join('\n'));
  console.log(
    `\nWrite its contract, its checks and its chapter; \`pnpm verify lesson-${number}\` names what is left.`,
  );
}
