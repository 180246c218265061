import type { MessageInitShape } from '@bufbuild/protobuf';
import { type LogEntrySchema, Severity } from '@streamlings/proto/streamlings/logs/v1/logs';

type Entry = MessageInitShape<typeof LogEntrySchema>;

/** Entries for a shipper, whose pulls are counted. */
export class EntrySource {
  /** How many entries were taken. */
  taken = 0;
  /** Whether it was closed, or has come to its end. */
  isClosed = false;

  /** Yields `count` entries; a gate makes it wait before the entry with that number, a failure ends it there. */
  async *entries(
    count: number,
    { gates = {}, fails = {} }: { gates?: Record<number, Promise<void>>; fails?: Record<number, Error> } = {},
  ): AsyncGenerator<Entry, void> {
    try {
      for (let number = 1; number <= count; number++) {
        await (gates[number] ?? new Promise((resolve) => setImmediate(resolve)));
        if (fails[number]) throw fails[number];
        this.taken++;
        const time = { seconds: 1_700_000_000n, nanos: number };
        yield { time, severity: Severity.INFO, source: 'checkout', text: textOf(number) };
      }
    } finally {
      this.isClosed = true;
    }
  }
}

/** The text of the entry with that number. */
export function textOf(number: number): string {
  return `entry ${number}`;
}

/** The texts of the first `count` entries. */
export function textsUpTo(count: number): string[] {
  return Array.from({ length: count }, (_, at) => textOf(at + 1));
}
