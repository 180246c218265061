import type { Json } from '../dialect/json.ts';
import type { SourceLine } from '../dialect/source-line.ts';
import type { EndStatus } from './call-port.ts';
import type { Received } from './scope.ts';

/** Is told what happens in one stream. */
export interface StreamLog {
  received(message: Received): void;
  /** @param scheduledMs when it was due, by the clock. */
  sent(json: Json, byteLength: number, scheduledMs: number, line: SourceLine | undefined): void;
  /** A rule or an entry took effect that sends no message. */
  fired(line: SourceLine): void;
  /** A reply that fits no message, of a progress rule. */
  progress(text: string, line: SourceLine): void;
  /** @param nearest the rule that came closest, and why it was not taken. */
  unmatched(nearest: string): void;
  halfClosed(): void;
  note(text: string): void;
  ended(status: EndStatus): void;
}
