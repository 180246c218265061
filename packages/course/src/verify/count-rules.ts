import type { Unit } from '../discovery.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Mistake, Replaced } from './mistakes.ts';

/** How many right answers in other styles there are at least: of a lesson in all, of a workshop for its hardest step. */
const minVariants = { lesson: 4, workshop: 3 };
/** How many wrong answers each step of a workshop has at least. */
const minMistakesPerStep = 2;

/** Judges whether there are enough right answers in other styles, and in a workshop enough wrong ones for each step. */
export function checkCounts(
  { kind, name }: Unit,
  { steps }: Snapshot,
  variants: Replaced[],
  mistakes: Mistake[],
): string[] {
  const count = (replaced: Replaced[], number: number) =>
    replaced.filter(({ step }) => step.number === number).length;
  const most = Math.max(...steps.map(({ number }) => count(variants, number)));
  const found = kind === 'lesson' ? variants.length : most;
  const problems: string[] = [];
  if (found < minVariants[kind]) {
    const where = kind === 'lesson' ? '' : ' of its hardest step';
    problems.push(`\`${name}-solution\` has ${found} variants${where}: write at least ${minVariants[kind]}.`);
  }
  if (kind === 'lesson') return problems;
  const few = steps.filter(({ number }) => count(mistakes, number) < minMistakesPerStep);
  const texts = few.map(
    ({ number }) =>
      `\`${name}-solution\` has ${count(mistakes, number)} mistakes of step ${number}: write at least ${minMistakesPerStep}.`,
  );
  return [...problems, ...texts];
}
