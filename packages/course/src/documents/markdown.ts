import { relative, sep } from 'node:path';

/** Links from a page in `docs/` to a file. */
export function linkTo(text: string, path: string, root: string): string {
  return `[${text}](../${relative(root, path).split(sep).join('/')})`;
}

/** Writes a table; its cells may hold any text. */
export function tableOf(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, header.map(() => '---'), ...rows.map((row) => row.map(escapeCell))];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
