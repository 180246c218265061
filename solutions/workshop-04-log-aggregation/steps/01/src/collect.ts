import { status } from '@grpc/grpc-js';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { LogEntry, LogService } from '@streamlings/proto/streamlings/logs/v1/logs';

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
  return {
    collectLogs: (call) => {
      // TODO: Append each batch, and answer it when the journal says that it is kept, or that it was before.
      //   Answers leave in the order of the batches. At most MAX_APPENDS batches are with the journal at once.

      // TODO: Answer a batch that logs.proto does not allow with REJECTED and a reason, and go on.

      // TODO: Send UNAVAILABLE, and nothing after it, when the journal fails.
      call.emit('error', { code: status.UNIMPLEMENTED, details: 'CollectLogs is not written yet' });
    },
  };
}
