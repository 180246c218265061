// misconception: L6-09
// fails: ends with UNAVAILABLE when the journal fails, and answers nothing more
import { status } from '@grpc/grpc-js';
import type { ResponseInit, ServiceHandlers } from '@streamlings/grpc';
import {
  BatchResult,
  type CollectLogsRequest,
  type LogEntry,
  type LogService,
  Severity,
} from '@streamlings/proto/streamlings/logs/v1/logs';

export interface Journal {
  append(batchId: string, entries: LogEntry[]): Promise<boolean>;
}

type Answer = ResponseInit<typeof LogService, 'collectLogs'>;

const MAX_APPENDS = 10;

export function handlers(journal: Journal): Pick<ServiceHandlers<typeof LogService>, 'collectLogs'> {
  return {
    collectLogs: (call) => {
      let pending = 0;
      let hasEnded = false;
      let hasFailed = false;
      let answers: Promise<void> = Promise.resolve();

      const finish = (): void => {
        if (hasEnded && pending === 0 && !hasFailed) call.end();
      };
      const fail = (): void => {
        if (hasFailed) return;
        hasFailed = true;
        call.emit('error', { code: status.UNAVAILABLE, details: 'come back later' });
      };
      const answer = async (request: CollectLogsRequest): Promise<Answer> => {
        const { batchId, entries } = request;
        const reason = problemOf(request);
        if (reason) return { batchId, result: BatchResult.REJECTED, reason };
        const isNew = await journal.append(batchId, entries);
        return { batchId, result: isNew ? BatchResult.STORED : BatchResult.DUPLICATE };
      };

      call.on('data', (request) => {
        if (hasFailed) return;
        if (++pending >= MAX_APPENDS) call.pause();
        const answered = answer(request);
        answers = answers.then(async () => {
          try {
            const response = await answered;
            if (!hasFailed) call.write(response);
          } catch {
            fail();
          }
          pending--;
          if (!call.writableNeedDrain) call.resume();
          finish();
        });
      });
      call.on('drain', () => call.resume());
      call.on('end', () => {
        hasEnded = true;
        finish();
      });
    },
  };
}

function problemOf({ batchId, entries }: CollectLogsRequest): string {
  if (!batchId) return 'no id';
  if (entries.length === 0 || entries.length > 500) return `${entries.length} entries`;
  for (const { time, severity, source } of entries) {
    if (!time) return 'no time';
    if (severity === Severity.UNSPECIFIED) return 'no severity';
    if (!source) return 'no source';
  }
  return '';
}
