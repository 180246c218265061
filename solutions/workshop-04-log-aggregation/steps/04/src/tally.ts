import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type { ServiceHandlers } from '@streamlings/grpc';
import {
  type LogEntry,
  type LogService,
  Severity,
  type SummarizeLogsResponseSchema,
} from '@streamlings/proto/streamlings/logs/v1/logs';

/** How many sources are counted by name. */
export const MAX_SOURCES = 100;

/** Figures about entries, which take the same room after a billion of them as after a thousand. */
export interface Tally {
  /** Counts one more entry. */
  add(entry: LogEntry): void;
  /** Says what was counted so far. */
  summary(): MessageInitShape<typeof SummarizeLogsResponseSchema>;
}

/** Makes a tally of no entries. */
export function createTally(): Tally {
  const counts = { entryCount: 0n, warningCount: 0n, errorCount: 0n, otherEntryCount: 0n };
  const sources = new Map<string, bigint>();
  let firstTime: Timestamp | undefined;
  let lastTime: Timestamp | undefined;
  let [count, minMs, maxMs, meanMs, squares] = [0, Infinity, -Infinity, 0, 0];

  return {
    add: ({ severity, time, source, durationMs }) => {
      counts.entryCount++;
      if (severity === Severity.WARNING) counts.warningCount++;
      if (severity === Severity.ERROR) counts.errorCount++;
      // The names are the clients' to choose: a counter for each of them would grow with their imagination.
      const known = sources.get(source);
      if (known === undefined && sources.size === MAX_SOURCES) counts.otherEntryCount++;
      else sources.set(source, (known ?? 0n) + 1n);
      if (time && (!firstTime || compare(time, firstTime) < 0)) firstTime = time;
      if (time && (!lastTime || compare(time, lastTime) > 0)) lastTime = time;
      if (durationMs === undefined) return;
      // Welford: the distance from the mean so far is small where the durations are large, so that nothing is
      // lost when it is squared. The difference of two sums of squares loses every digit that counts.
      const distance = durationMs - meanMs;
      meanMs += distance / ++count;
      squares += distance * (durationMs - meanMs);
      minMs = Math.min(minMs, durationMs);
      maxMs = Math.max(maxMs, durationMs);
    },
    summary: () => {
      const deviationMs = Math.sqrt(squares / count);
      const durations = count > 0 ? { count: BigInt(count), minMs, maxMs, meanMs, deviationMs } : undefined;
      return { ...counts, entriesBySource: Object.fromEntries(sources), firstTime, lastTime, durations };
    },
  };
}

/** Answers `SummarizeLogs`. */
export function handlers(): Pick<ServiceHandlers<typeof LogService>, 'summarizeLogs'> {
  return {
    summarizeLogs: async (call, callback) => {
      // One tally for each call: beside the handler, calls would count into each other's.
      const tally = createTally();
      for await (const entry of call) tally.add(entry);
      callback(null, tally.summary());
    },
  };
}

function compare(one: Timestamp, other: Timestamp): number {
  return Number(one.seconds - other.seconds) || one.nanos - other.nanos;
}
