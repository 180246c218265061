import { join } from 'node:path';
import type { StepSpec } from '@streamlings/grading/supervisor';
import type { Unit } from '../discovery.ts';
import { misconceptions } from '../documents/misconceptions.ts';
import { readIfThere } from '../optional-files.ts';
import { readAgenda, readMinutes } from '../readme.ts';
import type { Snapshot } from '../snapshot.ts';
import { checkHeadings, checkHints, checkList, checkTitle, checkWords } from './readme-rules.ts';

const readmeHeadings = ['What you build', 'Agenda', 'How to work', 'Further reading'];
const stepHeadings = ['Your task', 'What the checks look for', 'Hints', 'When it passes'];
const instructorHeadings = [
  'Timing',
  'What to say',
  'Where people get stuck',
  'Questions to ask',
  'Demo',
  'How to shorten',
];
const minMinutes = 45;
const maxMinutes = 120;

/** Judges the texts of a workshop: its README with the agenda, a page for each step, and the instructor's notes. */
export async function checkWorkshopTexts(
  unit: Unit,
  readme: string,
  place: string,
  { steps }: Snapshot,
): Promise<string[]> {
  const path = `${place}/README.md`;
  const problems = [
    ...checkTitle(readme, path, unit.number),
    ...checkHeadings(readme, path, readmeHeadings),
    ...checkAgenda(readme, path, steps),
  ];
  for (const [index, step] of steps.entries()) {
    const file = `steps/${String(step.number).padStart(2, '0')}.md`;
    const text = await readIfThere(join(unit.folder, file));
    const minutes = readAgenda(readme)[index]?.minutes;
    problems.push(...checkStepPage(text, `${place}/${file}`, step, minutes));
  }
  const notes = await readIfThere(join(unit.folder, 'INSTRUCTOR.md'));
  return [...problems, ...checkInstructor(notes, `${place}/INSTRUCTOR.md`)];
}

/** Judges that the agenda has a row for each step and that its minutes add up to what the README promises. */
export function checkAgenda(readme: string, path: string, steps: readonly StepSpec[]): string[] {
  const rows = readAgenda(readme);
  const expected = steps.map(({ number, title }) => ({
    number,
    title,
    page: `steps/${String(number).padStart(2, '0')}.md`,
  }));
  for (const [index, { number, title, page }] of expected.entries()) {
    const row = rows[index];
    if (row?.number === number && row.title === title && row.page === page) continue;
    return [
      `\`${path}\`: row ${index + 1} of the agenda must be \`| ${number} | [${title}](${page}) | minutes |\`.`,
    ];
  }
  if (rows.length > steps.length)
    return [`\`${path}\`: the agenda has ${rows.length} rows and there are ${steps.length} steps.`];
  const sum = rows.reduce((total, { minutes }) => total + minutes, 0);
  const problems: string[] = [];
  if (readMinutes(readme) !== sum)
    problems.push(`\`${path}\`: the agenda adds up to ${sum} minutes: write so under the heading.`);
  if (sum < minMinutes || sum > maxMinutes) {
    problems.push(`\`${path}\`: ${sum} minutes are no workshop: one takes ${minMinutes} to ${maxMinutes}.`);
  }
  return problems;
}

function checkStepPage(
  text: string | undefined,
  path: string,
  step: StepSpec,
  minutes: number | undefined,
): string[] {
  if (text === undefined) return [`\`${path}\` is missing: write it.`];
  const [first = ''] = text.split('\n', 1);
  const wanted = `# Step ${step.number} · ${step.title}`;
  const problems: string[] = [];
  if (first !== wanted)
    problems.push(`\`${path}\`, line 1: the heading is \`${first}\`: write \`${wanted}\`.`);
  if (minutes !== undefined && readMinutes(text) !== minutes)
    problems.push(`\`${path}\`: the agenda gives this step ${minutes} minutes: write so under the heading.`);
  return [
    ...problems,
    ...checkHeadings(text, path, stepHeadings),
    ...checkList(text, path, [step]),
    ...checkWords(text, path, 1),
    ...checkHints(text, path),
  ];
}

/** Judges the notes for instructors; every misconception that they name must be known. */
export function checkInstructor(text: string | undefined, path: string): string[] {
  if (text === undefined) return [`\`${path}\` is missing: write it.`];
  const named = [...new Set(text.match(/\b[LW]\d+-\d\d\b/g))];
  const unknown = named.filter((id) => !(id in misconceptions));
  return [
    ...checkHeadings(text, path, instructorHeadings),
    ...unknown.map((id) => `\`${path}\` names \`${id}\`, which is no known misconception: correct it.`),
  ];
}
