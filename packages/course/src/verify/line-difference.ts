/**
 * Counts the lines of code that a text has and another has not, by their longest common subsequence. Blank lines and
 * lines that are only a comment do not count, and indentation makes no difference.
 */
export function countAddedLines(before: string, after: string): number {
  const old = linesOfCode(before);
  const now = linesOfCode(after);
  return now.length - longestCommonSubsequence(old, now);
}

function linesOfCode(text: string): string[] {
  return text
    .replaceAll(/\/\*.*?\*\//gs, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('//'));
}

function longestCommonSubsequence(a: string[], b: string[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const left of a) {
    const next = [0];
    for (const [index, right] of b.entries()) {
      const diagonal = row[index] ?? 0;
      next.push(left === right ? diagonal + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
