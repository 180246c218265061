import {
  CheckState,
  type Event,
  type Notice,
  NoticeKind,
  type RunFinished,
} from '@streamlings/proto/streamlings/result/v1/result';
import { formatDetails, formatTitle, painter, type ReportOptions } from './verdict.ts';

/** Reports a run as text while it goes on. */
export interface TextReport {
  add(event: Event): void;
}

/**
 * Creates a report for a terminal or a log. Every check gets a line; the first failure of each step is written in full,
 * because it is the next thing to do.
 */
export function createTextReport(write: (text: string) => void, options: ReportOptions): TextReport {
  const paint = painter(options);
  const groups = new Map<number, string>();
  const failedSteps = new Set<number>();
  /** What was printed since the latest verdict of each step: it belongs to the next one, and stands below its name. */
  const printed = new Map<number, string[]>();
  const takePrinted = (step: number): string[] => {
    const lines = printed.get(step) ?? [];
    printed.delete(step);
    return lines;
  };
  const line = (text: string): void => write(`${text}\n`);

  return {
    add: ({ lesson, step, body }) => {
      switch (body.case) {
        case 'runStarted':
          for (const check of body.value.checks) groups.set(check.step, check.group);
          line(`${paint('bold', lesson)} on Node ${body.value.nodeVersion}`);
          return;
        case 'checkFinished': {
          const verdict = body.value;
          const first = verdict.state !== CheckState.PASSED && !failedSteps.has(step);
          if (verdict.state !== CheckState.PASSED) failedSteps.add(step);
          line(formatTitle(verdict, groups.get(step) ?? '', options));
          for (const each of takePrinted(step)) line(each);
          if (!first && verdict.state !== CheckState.PASSED) return;
          for (const each of formatDetails(verdict, options)) line(each);
          return;
        }
        case 'notice': {
          const text = formatNotice(body.value, options);
          if (body.value.kind !== NoticeKind.OUTPUT) return line(text);
          printed.set(step, [...(printed.get(step) ?? []), text]);
          return;
        }
        case 'runFinished':
          for (const each of [...printed.values()].flat()) line(each);
          line(formatSummary(body.value, options));
      }
    },
  };
}

/** Writes a notice as one line, or as many as it has. */
export function formatNotice({ kind, text, source }: Notice, options: ReportOptions): string {
  const paint = painter(options);
  const place = source ? `${source.file}:${source.line}:${source.column} ` : '';
  switch (kind) {
    case NoticeKind.TYPES:
      return `${paint('yellow', 'types')}  ${place}${text}`;
    case NoticeKind.OUTPUT:
      return text
        .split('\n')
        .map((printed) => `${paint('dim', '  |')} ${printed}`)
        .join('\n');
    default:
      return `${paint('yellow', 'note')}   ${text}`;
  }
}

function formatSummary({ passed, total, cancelled }: RunFinished, options: ReportOptions): string {
  const paint = painter(options);
  if (cancelled) return paint('yellow', 'stopped');
  return paint(passed === total ? 'green' : 'red', `${passed} of ${total} checks passed`);
}
