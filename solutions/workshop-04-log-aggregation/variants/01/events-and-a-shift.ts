import { create } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import type { ServiceHandlers } from '@streamlings/grpc';
import {
  DurationSummarySchema,
  type LogEntry,
  type LogService,
  Severity,
  type SummarizeLogsResponse,
  SummarizeLogsResponseSchema,
} from '@streamlings/proto/streamlings/logs/v1/logs';

export const MAX_SOURCES = 100;

export interface Tally {
  add(entry: LogEntry): void;
  summary(): SummarizeLogsResponse;
}

/** Keeps the figures in the very message that is sent. */
class MessageTally implements Tally {
  readonly #message = create(SummarizeLogsResponseSchema);
  /** The first duration: what is summed up are distances from it. */
  #origin = 0;
  #sum = 0;
  #squares = 0;

  add({ severity, time, source, durationMs }: LogEntry): void {
    const message = this.#message;
    message.entryCount += 1n;
    if (severity === Severity.WARNING) message.warningCount += 1n;
    if (severity === Severity.ERROR) message.errorCount += 1n;
    const isKnown = Object.hasOwn(message.entriesBySource, source);
    if (isKnown) message.entriesBySource[source] = (message.entriesBySource[source] ?? 0n) + 1n;
    else if (Object.keys(message.entriesBySource).length < MAX_SOURCES) message.entriesBySource[source] = 1n;
    else message.otherEntryCount += 1n;
    if (time) {
      const at = ({ seconds, nanos }: Timestamp) => seconds * 1_000_000_000n + BigInt(nanos);
      if (!message.firstTime || at(time) < at(message.firstTime)) message.firstTime = time;
      if (!message.lastTime || at(time) > at(message.lastTime)) message.lastTime = time;
    }
    if (durationMs !== undefined) this.#time(durationMs);
  }

  summary(): SummarizeLogsResponse {
    const { durations } = this.#message;
    if (durations) {
      const count = Number(durations.count);
      durations.meanMs = this.#origin + this.#sum / count;
      durations.deviationMs = Math.sqrt(Math.max(0, this.#squares / count - (this.#sum / count) ** 2));
    }
    return this.#message;
  }

  #time(durationMs: number): void {
    if (!this.#message.durations) {
      this.#message.durations = create(DurationSummarySchema, { minMs: durationMs, maxMs: durationMs });
      this.#origin = durationMs;
    }
    const { durations } = this.#message;
    durations.count += 1n;
    durations.minMs = Math.min(durations.minMs, durationMs);
    durations.maxMs = Math.max(durations.maxMs, durationMs);
    this.#sum += durationMs - this.#origin;
    this.#squares += (durationMs - this.#origin) ** 2;
  }
}

export function createTally(): Tally {
  return new MessageTally();
}

export function handlers(): Pick<ServiceHandlers<typeof LogService>, 'summarizeLogs'> {
  return {
    summarizeLogs: (call, callback) => {
      const tally = createTally();
      call.on('data', (entry) => tally.add(entry));
      call.on('end', () => callback(null, tally.summary()));
    },
  };
}
