import type { MessageInitShape } from '@bufbuild/protobuf';
import { type Load, step, type World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type {
  LogEntry,
  LogEntrySchema,
  LogService,
  SummarizeLogsResponseSchema,
} from '@streamlings/proto/streamlings/logs/v1/logs';
import { collectChecks } from './checks/collect-checks.ts';
import { crashChecks } from './checks/crash-checks.ts';
import { journalChecks } from './checks/journal-checks.ts';
import { resendChecks } from './checks/resend-checks.ts';
import { shipperChecks } from './checks/shipper-checks.ts';
import { tallyChecks } from './checks/tally-checks.ts';

/** What `CollectLogs` needs of a journal. */
export interface Appends {
  append(batchId: string, entries: LogEntry[]): Promise<boolean>;
}

/** A journal in a file. */
export interface Journal extends Appends {
  entries(): Iterable<LogEntry>;
  close(): void;
}

/** What became of the batches of a shipment. */
export interface ShipReport {
  stored: number;
  duplicates: number;
  rejected: string[];
}

/** Figures about entries. */
export interface Tally {
  add(entry: LogEntry): void;
  summary(): MessageInitShape<typeof SummarizeLogsResponseSchema>;
}

/** What the files of `src` export. */
export interface Exercise {
  tally: {
    createTally(): Tally;
    handlers(): Pick<ServiceHandlers<typeof LogService>, 'summarizeLogs'>;
  };
  collect: { handlers(journal: Appends): Pick<ServiceHandlers<typeof LogService>, 'collectLogs'> };
  journal: { openJournal(path: string): Journal };
  shipper: {
    ship(
      address: string,
      entries: AsyncIterable<MessageInitShape<typeof LogEntrySchema>>,
      world: World,
    ): Promise<ShipReport>;
  };
}

export function checks(exercise: Load<Exercise>): void {
  step({ number: 1, title: 'SummarizeLogs', file: 'src/tally.ts' }, () => tallyChecks(exercise.tally));
  step({ number: 2, title: 'CollectLogs', file: 'src/collect.ts' }, () => collectChecks(exercise.collect));
  step({ number: 3, title: 'The journal', file: 'src/journal.ts' }, () => {
    journalChecks(exercise.journal);
    crashChecks(exercise.journal);
  });
  step({ number: 4, title: 'The shipper', file: 'src/shipper.ts' }, () => {
    shipperChecks(exercise.shipper);
    resendChecks(exercise);
  });
}
