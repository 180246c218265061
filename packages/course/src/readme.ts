/** A second-level section of a lesson's README. */
export interface Section {
  heading: string;
  /** The line of the heading, counted from 1. */
  line: number;
  text: string;
}

/** One hint of a README: a `<details>` element. */
export interface ReadmeHint {
  summary: string;
  text: string;
}

/** Splits a README at its second-level headings; what stands before the first is left out. */
export function readSections(readme: string): Section[] {
  const headings = [...hideCode(readme).matchAll(/^## (.*)$/gm)];
  return headings.map((match, index) => {
    const end = headings[index + 1]?.index ?? readme.length;
    const line = readme.slice(0, match.index).split('\n').length;
    return { heading: match[1]?.trim() ?? '', line, text: readme.slice(match.index + match[0].length, end) };
  });
}

/** Reads the hints of a README in their order, each meant to be shown after the one before. */
export function readHints(readme: string): ReadmeHint[] {
  const section = readSections(readme).find(({ heading }) => heading === 'Hints');
  const details = section?.text.matchAll(/<details>\s*<summary>(.*?)<\/summary>(.*?)<\/details>/gs) ?? [];
  return [...details].map(([, summary = '', text = '']) => ({ summary: summary.trim(), text: text.trim() }));
}

/** Counts the words of a text that are read as prose: no code blocks, no addresses, no markup. */
export function countWords(readme: string): number {
  const prose = readme
    .replaceAll(/^```.*?^```/gms, ' ')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\]\([^)]*\)/g, ' ');
  return prose.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

/** Blanks fenced code, so that a `#` inside it is no heading; keeps every position. */
function hideCode(readme: string): string {
  return readme.replaceAll(/^```.*?^```/gms, (code) => code.replaceAll(/[^\n]/g, ' '));
}

/** A row of a workshop's agenda. */
export interface AgendaRow {
  number: number;
  title: string;
  /** The page of the step, relative to the README. */
  page: string;
  minutes: number;
}

/** Reads the table in the section `Agenda`, whose rows are the number, the linked title and the minutes of a step. */
export function readAgenda(readme: string): AgendaRow[] {
  const section = readSections(readme).find(({ heading }) => heading === 'Agenda');
  const rows = section?.text.matchAll(/^\| *(\d+) *\| *\[(.+?)\]\((.+?)\) *\| *(\d+) *\|$/gm) ?? [];
  return [...rows].map(([, number, title = '', page = '', minutes]) => {
    return { number: Number(number), title, page, minutes: Number(minutes) };
  });
}

/** Reads how many minutes a text says it takes, before its first section; undefined if it does not. */
export function readMinutes(text: string): number | undefined {
  const [opening = ''] = text.split(/^## /m, 1);
  const [, minutes] = /\b(\d+) minutes\b/.exec(opening) ?? [];
  return minutes === undefined ? undefined : Number(minutes);
}
