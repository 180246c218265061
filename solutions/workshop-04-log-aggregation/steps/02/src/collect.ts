import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import type { ServiceHandlers } from '@streamlings/grpc';
import {
  BatchResult,
  type CollectLogsRequest,
  type LogEntry,
  type LogService,
  Severity,
} from '@streamlings/proto/streamlings/logs/v1/logs';

/** The most batches that a call may have given to the journal and not heard of since. */
export const MAX_APPENDS = 10;
/** The most entries of a batch. */
export const MAX_ENTRIES = 500;

/** Where batches are kept. */
export interface Journal {
  /**
   * Keeps a batch and resolves with true once a crash cannot take it away, or with false if there was one with this
   * id before. Rejects when the disk is full, for example.
   */
  append(batchId: string, entries: LogEntry[]): Promise<boolean>;
}

/** Answers `CollectLogs` and keeps the batches in `journal`. */
export function handlers(journal: Journal): Pick<ServiceHandlers<typeof LogService>, 'collectLogs'> {
  /** One batch after the other: the journal writes one at a time anyway, and the answers stay in order. */
  const answer = async ({ batchId, entries }: CollectLogsRequest) => {
    // In-band, as the other batches of the call are none the worse for it.
    const reason = findProblem(batchId, entries);
    if (reason) return { batchId, result: BatchResult.REJECTED, reason };
    const isNew = await journal.append(batchId, entries);
    return { batchId, result: isNew ? BatchResult.STORED : BatchResult.DUPLICATE };
  };
  return {
    collectLogs: async (call) => {
      const over = new AbortController();
      call.on('cancelled', () => over.abort());
      try {
        // A plain `for await` over the call would destroy it at its end, and the status with it.
        for await (const batch of call.iterator({ destroyOnReturn: false })) {
          if (!call.write(await answer(batch))) await once(call, 'drain', { signal: over.signal });
        }
      } catch {
        // As a status: from here on no batch would fare better, and the client should come back later.
        call.emit('error', { code: status.UNAVAILABLE, details: 'the journal cannot be written' });
        return;
      }
      call.end();
    },
  };
}

function findProblem(batchId: string, entries: LogEntry[]): string | undefined {
  if (batchId === '') return 'the batch has no id';
  if (entries.length === 0) return 'the batch is empty';
  if (entries.length > MAX_ENTRIES) return `${entries.length} entries are more than ${MAX_ENTRIES}`;
  const at = entries.findIndex(
    ({ time, severity, source }) => !time || severity === Severity.UNSPECIFIED || source === '',
  );
  return at === -1 ? undefined : `entry ${at + 1} lacks a time, a severity or a source`;
}
