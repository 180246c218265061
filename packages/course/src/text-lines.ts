/** Turns the line endings of a Windows checkout into those of the repository. */
export function normalizeLines(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

/** Finds the line, counted from 1, on which a text first occurs; 1 if it does not occur. */
export function lineOf(text: string, part: string): number {
  return text.slice(0, Math.max(0, text.indexOf(part))).split('\n').length;
}
