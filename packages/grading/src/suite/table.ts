import wrapAnsi from 'wrap-ansi';

/** A line of the table: a subject that is broken, and who noticed. */
export interface TableRow {
  name: string;
  /** What it breaks. */
  breaks: string;
  /** The first test that failed because of it; undefined if none did. */
  by: string | undefined;
  /** What to ask oneself where none did. */
  hint: string;
}

/** The width of the columns; with their gaps, and the margin of a report, it fits in 80. */
const WIDTHS = [6, 14, 26, 22];
const GAP = '  ';
const LAST = WIDTHS.length - 1;
/** How many lines a name may take. */
const MAX_LINES = 2;

/**
 * Writes who noticed what as a table of at most 76 columns. Subjects that nobody noticed come last, each with a hint: a
 * screen may have room for the end only.
 */
export function formatTable(
  rows: readonly TableRow[],
  heads: readonly string[] = ['server', 'what it does', 'noticed by'],
): string {
  const lines = [formatRow(['', ...heads])];
  const [noticed, missed] = [
    rows.filter(({ by }) => by !== undefined),
    rows.filter(({ by }) => by === undefined),
  ];
  for (const { name, breaks, by, hint } of [...noticed, ...missed]) {
    lines.push(formatRow([by === undefined ? 'MISSED' : 'caught', name, breaks, by ?? 'no test']));
    if (by === undefined) lines.push(indent(hint));
  }
  return lines.join('\n');
}

function formatRow(cells: string[]): string {
  const columns = cells.map((cell, index) =>
    wrap(cell, WIDTHS[index] ?? 0, index === LAST ? MAX_LINES : Infinity),
  );
  const height = Math.max(...columns.map(({ length }) => length));
  return Array.from({ length: height }, (_, line) =>
    columns
      .map((column, index) => (column[line] ?? '').padEnd(WIDTHS[index] ?? 0))
      .join(GAP)
      .trimEnd(),
  ).join('\n');
}

function indent(text: string): string {
  const [margin = 0] = WIDTHS;
  const width = WIDTHS.reduce((sum, each) => sum + each + GAP.length, -GAP.length) - margin - GAP.length;
  return wrap(text, width)
    .map((line) => ' '.repeat(margin) + GAP + line)
    .join('\n');
}

function wrap(text: string, width: number, maxLines = Infinity): string[] {
  const lines = wrapAnsi(text, width, { hard: true }).split('\n');
  if (lines.length <= maxLines) return lines;
  const kept = lines.slice(0, maxLines);
  const last = kept.length - 1;
  kept[last] = `${(kept[last] ?? '').slice(0, width - 1)}…`;
  return kept;
}
