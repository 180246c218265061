import type { MessageInitShape } from '@bufbuild/protobuf';
import { credentials, type ServiceError, status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient, type RequestInit } from '@streamlings/grpc';
import { BatchResult, type LogEntrySchema, LogService } from '@streamlings/proto/streamlings/logs/v1/logs';

export const BATCH_SIZE = 50;
export const MAX_WAITING = 5;
export const FIRST_WAIT_MS = 1000;
export const MAX_WAIT_MS = 30_000;

type Entry = MessageInitShape<typeof LogEntrySchema>;
type Batch = RequestInit<typeof LogService, 'collectLogs'>;

export interface ShipReport {
  stored: number;
  duplicates: number;
  rejected: string[];
}

export function ship(address: string, entries: AsyncIterable<Entry>, world: World): Promise<ShipReport> {
  const client = createClient(LogService, address, credentials.createInsecure());
  const source = entries[Symbol.asyncIterator]();
  const shipment = `${process.pid}-${Date.now()}-${Math.random()}`;
  const report: ShipReport = { stored: 0, duplicates: 0, rejected: [] };
  const { promise, resolve, reject } = Promise.withResolvers<ShipReport>();
  const over = new AbortController();
  const unanswered: Batch[] = [];
  let filling: Entry[] = [];
  let batches = 0;
  let isPulling = false;
  let isComplete = false;
  let failures = 0;
  let write: ((batch: Batch) => void) | undefined;
  let halfClose: (() => void) | undefined;

  const finish = (settle: () => void): void => {
    if (over.signal.aborted) return;
    over.abort();
    settle();
    void source.return?.();
    client.close();
  };
  const seal = (): void => {
    if (filling.length === 0) return;
    const batch = { batchId: `${shipment}-${++batches}`, entries: filling };
    filling = [];
    unanswered.push(batch);
    write?.(batch);
  };
  const pull = (): void => {
    if (isPulling || isComplete || over.signal.aborted || unanswered.length >= MAX_WAITING) return;
    isPulling = true;
    source.next().then(
      ({ done, value }) => {
        isPulling = false;
        if (!done && filling.push(value) < BATCH_SIZE) return pull();
        seal();
        if (!done) return pull();
        isComplete = true;
        halfClose?.();
      },
      (error) => finish(() => reject(error)),
    );
  };
  const connect = (): void => {
    const call = client.collectLogs();
    over.signal.addEventListener('abort', () => call.cancel());
    write = (batch) => call.write(batch);
    halfClose = () => call.end();
    for (const batch of unanswered) write(batch);
    if (isComplete) halfClose();
    call.on('data', ({ result, reason }) => {
      if (result === BatchResult.STORED) report.stored++;
      else if (result === BatchResult.DUPLICATE) report.duplicates++;
      else report.rejected.push(reason);
      unanswered.shift();
      failures = 0;
      pull();
    });
    call.on('error', (error: ServiceError) => {
      if (error.code === status.UNAVAILABLE) retry();
      else finish(() => reject(error));
    });
    call.on('status', ({ code }) => {
      if (code !== status.OK) return;
      if (isComplete && unanswered.length === 0) finish(() => resolve(report));
      else retry();
    });
  };
  const retry = (): void => {
    write = undefined;
    halfClose = undefined;
    const waitMs = Math.min(FIRST_WAIT_MS * 2 ** failures++, MAX_WAIT_MS);
    world.clock.sleep(waitMs, { signal: over.signal }).then(connect, () => {});
  };

  connect();
  pull();
  return promise;
}
