import { status } from '@grpc/grpc-js';
import { createAsyncHandlers, type ServiceHandlers, StatusError } from '@streamlings/grpc';
import {
  BatchResult,
  type LogEntry,
  LogService,
  Severity,
} from '@streamlings/proto/streamlings/logs/v1/logs';

export interface Journal {
  append(batchId: string, entries: LogEntry[]): Promise<boolean>;
}

export function handlers(journal: Journal): Pick<ServiceHandlers<typeof LogService>, 'collectLogs'> {
  const { collectLogs } = createAsyncHandlers(LogService, {
    summarizeLogs: () => {
      throw new StatusError(status.UNIMPLEMENTED, 'SummarizeLogs is elsewhere');
    },
    async *collectLogs(requests) {
      for await (const { batchId, entries } of requests) {
        const isWhole = entries.every(
          ({ time, severity, source }) => time && severity !== Severity.UNSPECIFIED && source,
        );
        if (!batchId || entries.length < 1 || entries.length > 500 || !isWhole) {
          yield { batchId, result: BatchResult.REJECTED, reason: 'it breaks a rule of the contract' };
          continue;
        }
        const isNew = await journal.append(batchId, entries).catch((cause) => {
          throw new StatusError(status.UNAVAILABLE, 'try again later', { cause });
        });
        yield { batchId, result: isNew ? BatchResult.STORED : BatchResult.DUPLICATE };
      }
    },
  });
  return { collectLogs };
}
