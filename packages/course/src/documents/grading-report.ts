import type { Mistake, Replaced } from '../verify/mistakes.ts';
import { linkTo, tableOf } from './markdown.ts';
import { formatMeasured, type Measured } from './measured.ts';

/** A lesson, as far as the report needs it. */
export interface ReportedUnit {
  name: string;
  title: string;
  /** The absolute path of its folder. */
  folder: string;
  /** Its checks, in order; a name may come back in another step. */
  checks: ReadonlyArray<{ step: number; name: string }>;
  mistakes: readonly Mistake[];
  variants: readonly Replaced[];
}

/** Writes the report on the quality of grading, as Markdown. */
export function formatGradingReport(
  units: readonly ReportedUnit[],
  measured: Measured,
  root: string,
): string {
  const parts = [
    introduction,
    formatCorpus(units),
    ...units.map((unit) => formatUnit(unit, root)),
    formatMeasured(measured),
  ];
  return `${parts.join('\n\n')}\n`;
}

const introduction = `# How the grading is graded

A check that cannot fail is no check, and one that fails a right answer is worse. For every lesson there are wrong
programs, one or more for each misconception, and right programs in other styles than the solution's. \`pnpm verify\` runs
them all: each wrong program must fail first on the check that it names, with the misconception that it names; each right
one must pass everything. This page lists them, and is compared with them in CI.`;

function formatCorpus(units: readonly ReportedUnit[]): string {
  const counts = units.map(({ name, checks, variants, mistakes }) => [
    name,
    checks.length,
    variants.length,
    mistakes.length,
    new Set(mistakes.map(({ misconception }) => misconception)).size,
  ]);
  const sum = (column: number) => counts.reduce((total, row) => total + Number(row[column]), 0);
  const rows = [...counts, ['all', sum(1), sum(2), sum(3), sum(4)]].map((row) => row.map(String));
  return tableOf(['Lesson', 'Checks', 'Right programs', 'Wrong programs', 'Misconceptions'], rows);
}

function formatUnit(unit: ReportedUnit, root: string): string {
  const rows = unit.checks.map((check) => {
    const caught = unit.mistakes.filter(
      ({ step, fails }) => step.number === check.step && fails === check.name,
    );
    const programs = caught.map(({ misconception, path }) => linkTo(misconception, path, root));
    return [check.name, programs.join(', ') || 'only together with one before it'];
  });
  const styles = unit.variants.map(({ path }) => linkTo(nameOf(path), path, root));
  return [
    `## ${unit.name}: ${unit.title}`,
    tableOf(['Check', 'First to catch'], rows),
    `Right answers in other styles: ${styles.join(', ')}.`,
  ].join('\n\n');
}

function nameOf(path: string): string {
  return path
    .slice(path.search(/[^/\\]+$/))
    .replace(/\.ts$/, '')
    .replaceAll('-', ' ');
}
