import { create } from '@bufbuild/protobuf';
import {
  type BatchResult,
  BatchResultSchema,
  type LogEntry,
  LogEntrySchema,
  Severity,
} from '@streamlings/proto/streamlings/logs/v1/logs';

/** Makes the entries of a batch; their texts say which batch they belong to. */
export function entriesOf(batchId: string, count: number): LogEntry[] {
  return Array.from({ length: count }, (_, at) =>
    create(LogEntrySchema, {
      time: { seconds: 1_700_000_000n, nanos: at },
      severity: Severity.INFO,
      source: 'checkout',
      text: `${batchId}-${at + 1}`,
    }),
  );
}

/** The texts that `entriesOf` gives to those batches. */
export function textsOf(batchIds: string[], count: number): string[] {
  return batchIds.flatMap((batchId) => entriesOf(batchId, count).map(({ text }) => text));
}

/** Names a result, for example `STORED`. */
export function nameOfResult(result: BatchResult): string {
  return BatchResultSchema.value[result]?.localName ?? String(result);
}
