import { join } from 'node:path';
import { CourseError, courseRoot, findUnits, type Unit } from '@streamlings/course';
import { writeFile } from '@streamlings/course/state';
import { writeLesson } from '../scaffold/lesson-files.ts';
import { writeWorkshop } from '../scaffold/workshop-files.ts';

/** Scaffolds a lesson with its solution; it type-checks, and `verify` names what is left to write. */
export async function createLesson(name: string): Promise<void> {
  await scaffold('lesson', '08-retries', name);
}

/** Scaffolds a workshop with the states of its steps; it type-checks, and `verify` names what is left to write. */
export async function createWorkshop(name: string): Promise<void> {
  await scaffold('workshop', '06-storyteller', name);
}

async function scaffold(kind: Unit['kind'], example: string, name: string): Promise<void> {
  const [, number, slug] = /^(\d\d)-([a-z][a-z0-9]*(?:-[a-z0-9]+)*)$/.exec(name) ?? [];
  if (!number || !slug)
    throw new CourseError(`\`${name}\` is no name for a ${kind}: write it like \`${example}\`.`);
  const units = await findUnits();
  const taken = units.find((unit) => unit.kind === kind && unit.number === Number(number));
  if (taken)
    throw new CourseError(`There is a \`${taken.name}\` already: choose another number than ${number}.`);
  const files = kind === 'lesson' ? writeLesson({ number, slug }) : writeWorkshop({ number, slug });
  for (const [path, text] of Object.entries(files)) await writeFile(join(courseRoot, path), text);
  console.log(Object.keys(files).join('\n'));
  console.log(
    `\nWrite its contract, its checks and its texts; \`pnpm verify ${kind}-${number}\` names what is left.`,
  );
}
