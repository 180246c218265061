const BARS = '▁▂▃▄▅▆▇█';

/** Draws the latest values as bars between the lowest and the highest of them; undefined is a gap. */
export function drawSparkline(values: readonly (number | undefined)[], width: number): string {
  const shown = values.slice(-width);
  const known = shown.filter((value) => value !== undefined);
  const low = Math.min(...known);
  const range = Math.max(...known) - low;
  const bars = shown.map((value) => {
    if (value === undefined) return '╎';
    // A price that does not move is a line in the middle.
    const height = range === 0 ? 0.5 : (value - low) / range;
    return BARS[Math.round(height * (BARS.length - 1))];
  });
  return bars.join('');
}
