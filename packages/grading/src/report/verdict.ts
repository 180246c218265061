import { styleText } from 'node:util';
import type { Duration } from '@bufbuild/protobuf/wkt';
import { durationMs } from '@bufbuild/protobuf/wkt';
import {
  type CheckFinished,
  CheckState,
  type SourceLine,
} from '@streamlings/proto/streamlings/result/v1/result';
import wrapAnsi from 'wrap-ansi';

/** How a report is written. */
export interface ReportOptions {
  /** Whether to use colours. */
  color: boolean;
  /** The width to wrap at, in columns. */
  width: number;
}

type Style = Parameters<typeof styleText>[0];

const badges: Record<number, { text: string; style: Style }> = {
  [CheckState.PASSED]: { text: ' PASS ', style: ['black', 'bgGreen'] },
  [CheckState.FAILED]: { text: ' FAIL ', style: ['white', 'bgRed'] },
  [CheckState.ENVIRONMENT]: { text: ' ENVIRONMENT ', style: ['black', 'bgMagenta'] },
  [CheckState.INCONCLUSIVE]: { text: ' INCONCLUSIVE ', style: ['black', 'bgYellow'] },
  [CheckState.NOT_RUN]: { text: ' NOT RUN ', style: ['dim', 'inverse'] },
};

/**
 * Writes a verdict as text, several lines without a final line break: what was measured, the line of the spec, what
 * happened, one hint. A check that passed is one line and the frames it was told to show; one that did not run is one line.
 */
export function formatVerdict(verdict: CheckFinished, group: string, options: ReportOptions): string {
  return [formatTitle(verdict, group, options), ...formatDetails(verdict, options)].join('\n');
}

/** Writes how a check ended and what it is called. */
export function formatTitle({ state, name }: CheckFinished, group: string, options: ReportOptions): string {
  const badge = badges[state] ?? { text: ` STATE ${state} `, style: 'inverse' };
  const reason = state === CheckState.NOT_RUN ? ', because of the failure above' : '';
  const margin = ' '.repeat(badge.text.length + 1);
  const lines = indent(margin.length, `${group ? `${group} > ` : ''}${name}${reason}`, options);
  return `${painter(options)(badge.style, badge.text)} ${lines.join('\n').trimStart()}`;
}

/** Writes what there is to say of a verdict below its title, as lines. */
export function formatDetails(verdict: CheckFinished, options: ReportOptions): string[] {
  if (verdict.state === CheckState.NOT_RUN) return [];
  const wire = section(
    'wire',
    verdict.wire.flatMap((line) => fitWireLine(line, options.width - 3)),
    options,
  );
  if (verdict.state === CheckState.PASSED) return wire;
  return [
    ...indent(1, describeDifference(verdict), options),
    ...(verdict.diagnosis ? indent(1, verdict.diagnosis, options) : []),
    ...spot(verdict.spec, options),
    ...spot(verdict.source, options),
    // What the harness saw stands between the frames.
    ...(wire.length > 0 ? wire : section('log', logLines(verdict), options)),
    ...section('hint', verdict.hint ? [verdict.hint] : [], options),
  ];
}

/** Paints text in a style, or leaves it alone. */
export function painter({ color }: ReportOptions): (style: Style, text: string) => string {
  return (style, text) => (color ? styleText(style, text, { validateStream: false }) : text);
}

function describeDifference({ label, expected, received }: CheckFinished): string {
  return expected || received ? `${label}: expected ${expected}, received ${received}` : label;
}

function spot(line: SourceLine | undefined, options: ReportOptions): string[] {
  if (!line) return [];
  const place = `❯ ${line.file}:${line.line}`;
  const room = Math.max(20, options.width - place.length - 5);
  const text = line.text.length > room ? `${line.text.slice(0, room - 1)}…` : line.text;
  return [`   ${painter(options)('cyan', place)}  ${text}`];
}

function logLines({ log }: CheckFinished): string[] {
  const width = Math.max(0, ...log.map(({ subject }) => subject.length));
  return log.map(
    ({ at, subject, text }) => `${milliseconds(at).padStart(6)}  ${subject.padEnd(width)}  ${text}`,
  );
}

/** Cuts a frame's line, whose beginning says the most, and wraps the sentences between them. */
function fitWireLine(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  if (/ (→|←) /.test(line)) return [`${line.slice(0, Math.max(0, width - 1))}…`];
  const [time = '', sentence = ''] = line.split(/(?<=^\s*[\d,]+ ms {3})/);
  if (sentence === '') return [line];
  const lines = wrapAnsi(sentence, Math.max(20, width - time.length)).split('\n');
  return lines.map((part, at) => (at === 0 ? time : ' '.repeat(time.length)) + part);
}

function milliseconds(duration: Duration | undefined): string {
  return `${Math.round(duration ? durationMs(duration) : 0)} ms`;
}

function section(title: string, lines: string[], options: ReportOptions): string[] {
  if (lines.length === 0) return [];
  return [` ${painter(options)('bold', title)}`, ...lines.flatMap((line) => indent(3, line, options))];
}

function indent(depth: number, text: string, { width }: ReportOptions): string[] {
  const margin = ' '.repeat(depth + text.length - text.trimStart().length);
  const wrapped = wrapAnsi(text.trimStart(), Math.max(20, width - margin.length));
  return wrapped.split('\n').map((line) => margin + line);
}
