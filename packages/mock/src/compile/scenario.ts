import type { DescMethod } from '@bufbuild/protobuf';
import type { FaultSource } from '../dialect/entry.ts';
import type { SourceLine } from '../dialect/source-line.ts';
import type { Evaluate } from '../engine/evaluate.ts';
import type { MessageType } from './message-type.ts';
import type { Pattern } from './pattern.ts';
import type { Payload } from './payload.ts';
import type { RuleIndex } from './rule-index.ts';

/** A number, or what yields one. */
export type Milliseconds = number | Evaluate;

/** What an entry does when it fires, whichever way it points. */
export interface Action {
  readonly line: SourceLine;
  /** Absent where the entry is always eligible. */
  readonly condition?: Evaluate;
  readonly payload?: Payload;
  readonly label?: Evaluate;
  readonly assignments: readonly (readonly [string, Evaluate])[];
  readonly close: boolean;
  readonly error?: ErrorAction;
  /** Absent where nothing is broken. */
  readonly faults?: FaultSource;
  readonly metadata: readonly (readonly [string, Evaluate])[];
  readonly trailers: readonly (readonly [string, Evaluate])[];
  readonly pauseReadMs?: number;
  readonly chunkBytes?: number;
  readonly compress: boolean;
}

export interface ErrorAction {
  readonly code: number;
  readonly message: Evaluate;
  /** Makes the bytes of each `google.protobuf.Any`. */
  readonly details?: Evaluate;
}

/** A rule for incoming messages. */
export interface Rule extends Action {
  readonly pattern: Pattern;
  readonly delayMs: Milliseconds;
}

/** An entry of the timeline. */
export interface TimelineEntry extends Action {
  readonly timing: { readonly kind: 'offset' | 'at' | 'after'; readonly ms: Milliseconds };
  /** A literal that is smaller than the one before it: it counts from when the entry before it was due. */
  readonly startsSegment: boolean;
  readonly waitFor?: Pattern;
  readonly waitForEnd: boolean;
  /** Whether a condition that is false when the entry is due is tried again after each message. */
  readonly isArmed: boolean;
  readonly every?: Milliseconds;
  readonly times: number;
}

/** What a call must have for a scenario to answer it. */
export interface Selector {
  readonly metadata: readonly { readonly key: string; readonly pattern: Pattern }[];
  readonly message?: Pattern;
  readonly times: number;
}

/** A scenario made ready to be played for one method. */
export interface Scenario {
  readonly name: string;
  readonly file: string;
  readonly method: DescMethod;
  readonly input: MessageType;
  readonly output: MessageType;
  readonly selector: Selector;
  readonly halfClose: 'finish' | 'drain';
  readonly rules: readonly Rule[];
  readonly index: RuleIndex<Rule>;
  readonly timeline: readonly TimelineEntry[];
  /** Whether any message is compressed, which the response headers announce. */
  readonly compresses: boolean;
}
