import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import type { FoundLine } from './child/channel.ts';
import { run } from './run.ts';

/** What a failure says, taken apart. */
export interface ReadFailure {
  /** What was measured, or what went wrong. */
  label: string;
  expected?: string;
  received?: string;
  /** The line of the spec that was not met. */
  spec?: FoundLine;
  /** The line of the learner's file that it came from. */
  source?: FoundLine;
}

interface Comparison extends Error {
  actual: unknown;
  expected: unknown;
}

/** Takes an error apart: label and diff from an assertion, lines from the stack. */
export function readFailure(failure: unknown): ReadFailure {
  if (!(failure instanceof Error))
    return { label: `something that is no Error was thrown: ${inspect(failure)}` };
  const lines = linesOf(failure);
  const files = Object.values(run?.files ?? {});
  const spec = lines.find(({ path }) => isSpec(path));
  const source = lines.find(({ path }) => files.includes(path));
  return {
    ...compare(failure),
    ...(spec ? { spec } : {}),
    ...(source ? { source } : {}),
  };
}

/** A long checks.ts may be split into files beside it or in folders there, whose names end the same. */
function isSpec(path: string): boolean {
  return run !== undefined && path.startsWith(dirname(run.checks)) && path.endsWith('checks.ts');
}

function compare(failure: Error): { label: string; expected?: string; received?: string } {
  // Only of two values that should be alike is a diff the whole truth; other matchers say it in a sentence.
  if (!isComparison(failure) || /: expected .* (not to|to be (less|greater)) /s.test(failure.message)) {
    return { label: failure.message };
  }
  // vitest puts the label in front of its own sentence.
  const [label = failure.message] = failure.message.split(/: expected /s, 1);
  return { label, expected: show(failure.expected), received: show(failure.actual) };
}

function isComparison(failure: Error): failure is Comparison {
  return failure.name === 'AssertionError' && 'actual' in failure && 'expected' in failure;
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : inspect(value, { depth: 4, breakLength: 100 });
}

const FRAME = /(?:\(|at (?:async )?|^)((?:file:\/\/|\/|[A-Za-z]:\\).+?):(\d+)(?::(\d+))?\)?$/;

function linesOf(failure: Error): FoundLine[] {
  return (failure.stack ?? '').split('\n').flatMap((frame) => {
    const match = FRAME.exec(frame.trim());
    if (!match?.[1] || !match[2]) return [];
    const path = match[1].startsWith('file://') ? fileURLToPath(match[1].replace(/\?.*$/, '')) : match[1];
    return [{ path, line: Number(match[2]), column: Number(match[3] ?? 0) }];
  });
}
