import { writeSync } from 'node:fs';
import type { LogLine } from '../world/event-log.ts';

/** A line of a source file, with the file's absolute path. */
export interface FoundLine {
  path: string;
  line: number;
  column: number;
}

/** A verdict as the child reports it; the supervisor makes the event of it. */
export interface ChildVerdict {
  step: number;
  name: string;
  state: 'passed' | 'failed' | 'environment' | 'inconclusive' | 'not run';
  label?: string;
  expected?: string;
  received?: string;
  spec?: FoundLine;
  source?: FoundLine;
  log?: LogLine[];
  hint?: string;
  misconception?: string;
  diagnosis?: string;
  durationMs?: number;
}

/** What a child tells its supervisor, line by line. */
export type ChildLine =
  | {
      kind: 'declared';
      step: number;
      title: string;
      file: string;
      name: string;
      /** By misconception. */
      hints: Record<string, string>;
      guard: boolean;
    }
  | { kind: 'started'; step: number; name: string; limitMs: number }
  | { kind: 'tap'; request: number; port: number; schema: string }
  | { kind: 'timeline'; request: number; tap: number }
  /** The check's body is over, and what it started is about to be stopped. */
  | { kind: 'over'; request: number }
  | { kind: 'log'; line: LogLine }
  | { kind: 'output'; text: string }
  | { kind: 'finished'; verdict: ChildVerdict }
  | { kind: 'done'; problems: string[] };

/** The pipe that the supervisor opened beside the standard streams. */
const EVENT_PIPE = 3;

let write: ((line: ChildLine) => void) | undefined;

/** Opens the pipe; `token` is known to the supervisor and proves that a line comes from the harness. */
export function openChannel(token: string): void {
  write = (line) => writeAll(Buffer.from(`${token} ${JSON.stringify(line)}\n`));
}

/**
 * Tells the supervisor something, synchronously: the line is out before the function returns, so that it arrives even
 * if the next statement never ends. Without a supervisor it does nothing.
 */
export function tell(line: ChildLine): void {
  write?.(line);
}

/** Whether a supervisor listens. */
export function isSupervised(): boolean {
  return write !== undefined;
}

function writeAll(bytes: Buffer): void {
  let offset = 0;
  while (offset < bytes.length) {
    try {
      offset += writeSync(EVENT_PIPE, bytes, offset);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}
