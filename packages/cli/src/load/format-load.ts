import type { Latencies } from './latencies.ts';
import type { LoadReport } from './load.ts';

const percentiles = [50, 90, 99, 99.9];
const barWidth = 40;

/** Writes a report as text. */
export function formatLoad(report: LoadReport): string {
  const { elapsedMs, statuses, cutOff, examples, sent, received, durations, firstMessages } = report;
  const seconds = elapsedMs / 1000;
  const ended = [...statuses.values()].reduce((sum, count) => sum + count, 0);
  const lines = [
    `${number(ended)} calls in ${seconds.toFixed(1)} s: ${rate(ended, seconds)} calls/s, ` +
      `${rate(sent, seconds)} messages/s sent, ${rate(received, seconds)} received`,
    ...[...statuses].map(([name, count]) => formatStatus(name, count, examples.get(name))),
    ...(cutOff > 0 ? [`  ${number(cutOff)} cut off at the end`] : []),
    ...formatLatencies('first message', firstMessages),
    ...formatLatencies('whole call', durations),
  ];
  return lines.join('\n');
}

function formatStatus(name: string, count: number, example: string | undefined): string {
  return `  ${number(count)} ${name}${example ? `, for example "${example}"` : ''}`;
}

function formatLatencies(title: string, latencies: Latencies): string[] {
  if (latencies.count === 0) return [];
  const points = percentiles.map((point) => `p${point} ${duration(latencies.at(point))}`);
  return ['', `${title}: ${points.join(', ')}, max ${duration(latencies.max)}`, ...formatBars(latencies)];
}

function formatBars({ powers }: Latencies): string[] {
  const highest = Math.max(...powers.values());
  const rows: string[] = [];
  for (let exponent = Math.min(...powers.keys()); exponent <= Math.max(...powers.keys()); exponent++) {
    const count = powers.get(exponent) ?? 0;
    const bar = '█'.repeat(Math.ceil((count / highest) * barWidth));
    rows.push(`  to ${duration(2 ** exponent).padStart(7)}  ${bar.padEnd(barWidth)} ${number(count)}`);
  }
  return rows;
}

function duration(microseconds: number): string {
  if (microseconds < 1000) return `${microseconds} µs`;
  if (microseconds < 1_000_000) return `${(microseconds / 1000).toPrecision(3)} ms`;
  return `${(microseconds / 1_000_000).toPrecision(3)} s`;
}

function rate(count: number, seconds: number): string {
  return number(Math.round(count / Math.max(seconds, 0.001)));
}

function number(value: number): string {
  return value.toLocaleString('en');
}
