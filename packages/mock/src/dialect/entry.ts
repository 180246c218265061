import type { JsonObject } from './json.ts';
import type { ResetCode } from './reset-codes.ts';
import type { SourceLine } from './source-line.ts';
import type { Template } from './template.ts';

/** When an outgoing entry is due. */
export type Timing =
  /** From the start of the segment; a number smaller than its predecessor starts a new one. */
  | { kind: 'offset'; ms: number }
  /** From the start of the stream. */
  | { kind: 'at'; ms: Template }
  /** From when the entry before was due. */
  | { kind: 'after'; ms: Template };

/** How an entry ends its call with a status that is not OK. */
export interface ErrorSource {
  code: number;
  /** Undefined where the entry's own text is the message. */
  message: Template | undefined;
  /** `google.protobuf.Any` messages as JSON, with `@type`. */
  details: readonly JsonObject[];
}

/** What an entry breaks, once its message is on the wire. */
export interface FaultSource {
  /** The name of an HTTP/2 error code. */
  reset: ResetCode | undefined;
  goaway: ResetCode | undefined;
  noTrailers: boolean;
  socketReset: boolean;
}

/** A line of a scenario, read but not yet held against the types of its method. */
export interface EntrySource {
  line: SourceLine;
  dir: 'in' | 'out';
  timing: Timing;
  /** Rules only: what messages they answer. */
  pattern: string | JsonObject;
  /** What is sent, or the text of an error. */
  payload: string | JsonObject | undefined;
  condition: Template | undefined;
  label: Template | undefined;
  /** Assignments to the stream's state. */
  assignments: JsonObject;
  close: boolean;
  error: ErrorSource | undefined;
  faults: FaultSource;
  metadata: Record<string, Template>;
  trailers: Record<string, Template>;
  waitFor: string | JsonObject | undefined;
  waitForEnd: boolean;
  every: Template | undefined;
  times: number | undefined;
  pauseReadMs: number | undefined;
  chunkBytes: number | undefined;
  compress: boolean;
}

/** What the first line of a file may say about the whole. */
export interface ScenarioHeader {
  /** `package.Service/Method`; undefined where the name of the file says it. */
  method: string | undefined;
  name: string | undefined;
  /** Metadata that calls must have, by key: patterns of their text. */
  metadata: Record<string, string>;
  /** What the first message must match. */
  message: string | JsonObject | undefined;
  /** How many calls it answers before it is the next one's turn. */
  times: number | undefined;
  order: 'specific' | 'file';
  halfClose: 'finish' | 'drain';
  /** The fields that plain text stands for, by type. */
  textFields: Record<string, string>;
  line: SourceLine | undefined;
}

/** A scenario file, read but not yet held against the types of its method. */
export interface ScenarioSource {
  file: string;
  header: ScenarioHeader;
  /** Whether there is a header that cannot be read, so that nothing is known of the method. */
  isHeaderUnreadable: boolean;
  entries: readonly EntrySource[];
  /** Lines that are no entries, though they should be. */
  unreadable: readonly SourceLine[];
}
