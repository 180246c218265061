import { join } from 'node:path';
import { collectDeclarations, type DeclaredCheck } from '@streamlings/grading/supervisor';
import type { Mistake } from '../verify/mistakes.ts';
import { linkTo, tableOf } from './markdown.ts';
import { type Misconception, misconceptions } from './misconceptions.ts';

/** A lesson, as far as the index needs it. */
export interface IndexedUnit {
  name: string;
  title: string;
  /** The absolute path of its folder. */
  folder: string;
  mistakes: readonly Mistake[];
}

/** Writes the index of misconceptions, as Markdown: from what is seen to the check that catches it. */
export async function formatMisconceptionIndex(units: readonly IndexedUnit[], root: string): Promise<string> {
  const parts = await Promise.all(units.map((unit) => formatUnit(unit, root)));
  return `${[introduction, ...parts].join('\n\n')}\n`;
}

/** Names the misconceptions of mistakes that have no entry. */
export function findUnknown(units: readonly IndexedUnit[]): string[] {
  const ids = units.flatMap(({ mistakes }) => mistakes.map(({ misconception }) => misconception));
  return [...new Set(ids)].filter((id) => !(id in misconceptions));
}

const introduction = `# Misconceptions

Find what you see in the first column; the second leads on, with a question. Each row names the check that catches
the misconception, and a wrong program that proves it. The list is made from those programs.`;

async function formatUnit(unit: IndexedUnit, root: string): Promise<string> {
  const declared = await collectDeclarations({ checks: join(unit.folder, 'checks.ts') });
  const rows = chooseExamples(unit.mistakes)
    .sort((a, b) => a.misconception.localeCompare(b.misconception))
    .map((mistake) => formatRow(mistake, declared, root));
  const chapter = linkTo(`${unit.name}: ${unit.title}`, join(unit.folder, 'README.md'), root);
  const header = ['What you see', 'What to ask', 'What was believed', 'Where it is caught'];
  return `## ${chapter}\n\n${tableOf(header, rows)}`;
}

/** Chooses the first mistake for each misconception, in learning order. */
export function chooseExamples(mistakes: readonly Mistake[]): Mistake[] {
  const first = new Map<string, Mistake>();
  for (const mistake of mistakes.toSorted((a, b) => positionOf(a) - positionOf(b))) {
    if (!first.has(mistake.misconception)) first.set(mistake.misconception, mistake);
  }
  return [...first.values()];
}

/** Says what was believed behind a mistake, how it shows, and the hint of the check that catches it. */
export function describeMistake(
  { misconception: id, step, fails }: Mistake,
  declared: readonly DeclaredCheck[],
): Misconception & { question: string } {
  const check = declared.find((each) => each.step === step.number && each.name === fails);
  const { belief = '', symptom = '' } = misconceptions[id] ?? {};
  return { belief, symptom, question: check?.hints[id] ?? '' };
}

function formatRow(mistake: Mistake, declared: DeclaredCheck[], root: string): string[] {
  const { belief, symptom, question } = describeMistake(mistake, declared);
  const { misconception: id, fails, path } = mistake;
  return [symptom, question, `${belief} (${id})`, linkTo(fails, path, root)];
}

/** Where a mistake fails, in learning order. */
function positionOf({ step, fails }: Mistake): number {
  return step.number * 1000 + step.checks.findIndex(({ name }) => name === fails);
}
