import {
  CourseError,
  findFailure,
  findUnit,
  listHints,
  readProgress,
  readStepPage,
  readStepTexts,
  type UnitProgress,
} from '@streamlings/course';

/**
 * Prints one hint, the first unless told otherwise, of the step that the learner is at; about the check that the latest
 * run has failed, where there is one.
 */
export async function showHint(
  lesson: string | undefined,
  number = 1,
  { step }: { step?: number } = {},
): Promise<void> {
  const current = await findLesson(lesson);
  const { unit, steps } = current;
  if (step && step > steps.length)
    throw new CourseError(`\`${unit.name}\` has no step ${step}: it has steps 1 to ${steps.length}.`);
  const at = step ?? (await findStepToDo(current));
  const failure = await findFailure(unit.name, at);
  const hints = listHints(await readStepPage(unit.folder, at), at, failure);
  const hint = hints[number - 1];
  const name = `\`${unit.name}\`, step ${at},`;
  if (!hint) throw new CourseError(`${name} has ${hints.length} hints: there is no number ${number}.`);
  const about = failure?.hint ? ` on \`${failure.name}\`` : '';
  console.log(`${unit.name}, step ${at}${about}`);
  console.log(`Hint ${number} of ${hints.length}: ${hint.title}\n\n${hint.text}`);
  if (number < hints.length)
    console.log(`\nThe next one: \`pnpm streamlings hint ${unit.name} ${number + 1} --step ${at}\``);
}

async function findLesson(lesson: string | undefined): Promise<UnitProgress> {
  const course = await readProgress();
  const name = lesson && (await findUnit(lesson)).name;
  const current = name
    ? course.find(({ unit }) => unit.name === name)
    : (course.find(({ progress }) => progress !== 'solved') ?? course.at(-1));
  if (current) return current;
  throw new CourseError('There are no lessons with a snapshot yet.');
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
