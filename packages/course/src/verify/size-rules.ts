import type { Snapshot } from '../snapshot.ts';
import { countAddedLines } from './line-difference.ts';

const maxStarterLines = 60;
const maxTodos = 3;
const maxAddedLines = 40;

/** Judges the size of each step's starter, and of what the solution adds to it. */
export function checkSizes(snapshot: Snapshot, solution: Record<string, string>): string[] {
  return snapshot.steps.flatMap(({ file }) => {
    const starter = snapshot.files[file];
    if (starter === undefined) return [`\`${snapshot.name}\` has no \`${file}\`: write the starter.`];
    const solved = solution[file];
    if (solved === undefined)
      return [`\`${snapshot.name}-solution\` has no \`${file}\`: write the solution.`];
    return [
      ...checkStarter(`\`${snapshot.name}\`, \`${file}\``, starter),
      ...checkSolution(`\`${snapshot.name}-solution\`, \`${file}\``, starter, solved),
    ];
  });
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

function checkSolution(file: string, starter: string, solved: string): string[] {
  const problems: string[] = [];
  const added = countAddedLines(starter, solved);
  if (added > maxAddedLines) {
    problems.push(`${file} adds ${added} lines of code to the starter: make do with ${maxAddedLines}.`);
  }
  if (solved.includes('// TODO')) problems.push(`${file} still holds a \`// TODO\`: remove it.`);
  return problems;
}
