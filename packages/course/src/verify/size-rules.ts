import type { Unit } from '../discovery.ts';
import type { Snapshot } from '../snapshot.ts';
import { countAddedLines } from './line-difference.ts';

const maxStarterLines = 60;
const maxTodos = 3;
const maxAddedLines = 40;

/**
 * Judges the size of each step's starter, and of what the solution adds to it in that step.
 *
 * @param states what the learner's files hold after each step; in a workshop a step starts where the one before it ends.
 */
export function checkSizes(
  kind: Unit['kind'],
  { name, files, steps }: Snapshot,
  states: ReadonlyArray<Record<string, string>>,
): string[] {
  const problems: string[] = [];
  for (const [index, { number, file }] of steps.entries()) {
    const starter = files[file];
    const solved = states[index]?.[file];
    if (starter === undefined) problems.push(`\`${name}\` has no \`${file}\`: write the starter.`);
    else problems.push(...checkStarter(`\`${name}\`, \`${file}\``, starter));
    const place = kind === 'lesson' ? `\`${file}\`` : `step ${number}, \`${file}\``;
    if (solved === undefined) {
      problems.push(`\`${name}-solution\` has no ${place}: write the solution.`);
      continue;
    }
    const before = kind === 'lesson' ? starter : (states[index - 1] ?? files)[file];
    const isLast = kind === 'lesson' || number === steps.length;
    problems.push(...checkSolution(`\`${name}-solution\`, ${place}`, before ?? '', solved, isLast));
  }
  return problems;
}

function checkStarter(file: string, starter: string): string[] {
  const problems: string[] = [];
  const lines = starter.trimEnd().split('\n').length;
  if (lines > maxStarterLines) problems.push(`${file} has ${lines} lines: cut it to ${maxStarterLines}.`);
  const todos = starter.match(/\/\/ TODO: /g)?.length ?? 0;
  if (todos < 1 || todos > maxTodos) {
    problems.push(`${file} has ${todos} comments with \`// TODO: \`: a starter has 1 to ${maxTodos}.`);
  }
  return problems;
}

function checkSolution(file: string, before: string, solved: string, isLast: boolean): string[] {
  const problems: string[] = [];
  const added = countAddedLines(before, solved);
  if (added > maxAddedLines) {
    problems.push(`${file} adds ${added} lines of code in one step: make do with ${maxAddedLines}.`);
  }
  if (isLast && solved.includes('// TODO')) problems.push(`${file} still holds a \`// TODO\`: remove it.`);
  return problems;
}
