import type { Inspection } from './inspect-unit.ts';
import type { Outcome } from './run-cases.ts';

const kinds = ['starter', 'solution', 'variant', 'mistake'] as const;

/** Draws a line for each lesson: how many of its cases came out as they must. */
export function formatTable(inspections: Inspection[], outcomes: Outcome[]): string {
  const header = [
    'lesson',
    'steps',
    'checks',
    'starter',
    'solution',
    'variants',
    'mistakes',
    'skipped',
    'seconds',
  ];
  const rows = inspections.map(({ unit, snapshot, skipped }) => {
    const own = outcomes.filter((outcome) => outcome.case.unit === unit.name);
    const checks = snapshot?.steps.reduce((sum, step) => sum + step.checks.length, 0) ?? 0;
    const seconds = own.reduce((sum, outcome) => sum + outcome.durationMs, 0) / 1000;
    const counts = kinds.map((kind) => formatCount(own.filter((outcome) => outcome.case.kind === kind)));
    return [
      unit.name,
      String(snapshot?.steps.length ?? 0),
      String(checks),
      ...counts,
      String(skipped),
      seconds.toFixed(1),
    ];
  });
  return align([header, ...rows]);
}

function formatCount(outcomes: Outcome[]): string {
  return `${outcomes.filter(({ problems }) => problems.length === 0).length}/${outcomes.length}`;
}

function align(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row.map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      ),
    )
    .map((cells) => cells.join('  '))
    .join('\n');
}
