import type { StepSpec } from '@streamlings/grading/supervisor';
import { countWords, readHints, readSections } from '../readme.ts';
import type { Snapshot } from '../snapshot.ts';

const headings = [
  'The idea',
  'Your task',
  'What the checks look for',
  'Hints',
  'When it passes',
  'Further reading',
];
const maxWordsPerStep = 600;

/** Judges a README against the fixed form of a lesson; `path` names the file in the sentences. */
export function checkReadme(readme: string, path: string, number: number, snapshot: Snapshot): string[] {
  return [
    ...checkTitle(readme, path, number),
    ...checkTime(readme, path),
    ...checkHeadings(readme, path, headings),
    ...checkList(readme, path, snapshot.steps),
    ...checkWords(readme, path, snapshot.steps.length),
    ...checkHints(readme, path),
  ];
}

/** Judges the first line of a README. */
export function checkTitle(readme: string, path: string, number: number): string[] {
  const [first = ''] = readme.split('\n', 1);
  const wanted = String(number).padStart(2, '0');
  if (new RegExp(`^# ${wanted} · \\S`).test(first)) return [];
  return [`\`${path}\`, line 1: the heading is \`${first}\`: write \`# ${wanted} · \` and the title.`];
}

function checkTime(readme: string, path: string): string[] {
  const [opening = ''] = readme.split(/^## /m, 1);
  if (/\b(minutes|hours?)\b/.test(opening)) return [];
  return [`\`${path}\` does not say how long it takes: write it and the prerequisites under the heading.`];
}

/** Judges that a text has exactly these headings of the second level. */
export function checkHeadings(text: string, path: string, headings: readonly string[]): string[] {
  const found = readSections(text);
  const actual = found.map(({ heading }) => heading);
  const wrong = headings.findIndex((heading, index) => actual[index] !== heading);
  if (wrong === -1 && actual.length === headings.length) return [];
  const index = wrong === -1 ? headings.length : wrong;
  const at = found[index];
  const place = at ? `line ${at.line}: the heading is \`## ${at.heading}\`` : 'a heading is missing';
  const wanted = headings[index] ? `\`## ${headings[index]}\` belongs here` : 'the text ends before it';
  return [`\`${path}\`, ${place}: ${wanted}.`];
}

/** Judges that a text lists the checks of some steps, in their order. */
export function checkList(readme: string, path: string, steps: readonly StepSpec[]): string[] {
  const section = readSections(readme).find(({ heading }) => heading === 'What the checks look for');
  if (!section) return [];
  const listed = [...section.text.matchAll(/^[-*] +(.*?)\s*$/gm)].map(([, item = '']) =>
    item.replaceAll('`', ''),
  );
  const wanted = steps.flatMap((step) => step.checks.map((check) => check.name.replaceAll('`', '')));
  const index = wanted.findIndex((name, at) => listed[at] !== name);
  if (index === -1 && listed.length === wanted.length) return [];
  const at = index === -1 ? wanted.length : index;
  const [is, should] = [listed[at], wanted[at]].map((name) =>
    name === undefined ? 'nothing' : `\`${name}\``,
  );
  return [
    `\`${path}\`, line ${section.line}: item ${at + 1} of the list is ${is}: the checks say ${should}.`,
  ];
}

/** Judges the length of a text about one step or more. */
export function checkWords(readme: string, path: string, steps: number): string[] {
  const words = countWords(readme);
  const max = maxWordsPerStep * steps;
  return words <= max
    ? []
    : [`\`${path}\` has ${words} words: cut it to ${max}, ${maxWordsPerStep} for each step.`];
}

/** Judges that a text has enough hints. */
export function checkHints(readme: string, path: string): string[] {
  const hints = readHints(readme).length;
  return hints >= 2
    ? []
    : [`\`${path}\` has ${hints} hints: write two or three, each a \`<details>\` with a \`<summary>\`.`];
}
