// misconception: L6-01
// fails: gives up where trying again cannot help, and leaves nothing open
import { randomUUID } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { credentials, status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient } from '@streamlings/grpc';
import { BatchResult, type LogEntrySchema, LogService } from '@streamlings/proto/streamlings/logs/v1/logs';

const BATCH_SIZE = 50;
const MAX_WAITING = 5;
const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 30_000;

type Entry = MessageInitShape<typeof LogEntrySchema>;

/** What became of the batches: how many were stored, how many were known already, why others were rejected. */
export interface ShipReport {
  stored: number;
  duplicates: number;
  rejected: string[];
}

/**
 * Ships entries with `CollectLogs`, and comes back as often as it takes to have an answer for every batch.
 *
 * Rejects with the status that ended the call if another attempt would not help, or with the failure of `entries`.
 */
export async function ship(
  address: string,
  entries: AsyncIterable<Entry>,
  world: World,
): Promise<ShipReport> {
  const client = createClient(LogService, address, credentials.createInsecure());
  const report: ShipReport = { stored: 0, duplicates: 0, rejected: [] };
  const batches = inBatches(entries);
  const waiting: Array<{ batchId: string; entries: Entry[] }> = [];
  const broken = new AbortController();
  let call: ReturnType<typeof client.collectLogs> | undefined;
  let room = Promise.withResolvers<void>();
  let isComplete = false;
  broken.signal.addEventListener('abort', () => call?.cancel());

  const fill = async () => {
    for await (const entries of batches) {
      const batch = { batchId: randomUUID(), entries };
      waiting.push(batch);
      call?.write(batch);
      room = Promise.withResolvers();
      if (waiting.length >= MAX_WAITING) await room.promise;
    }
    isComplete = true;
    call?.end();
  };
  fill().catch((error) => broken.abort(error));

  try {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)) {
      call = client.collectLogs();
      for (const batch of waiting) call.write(batch);
      if (isComplete) call.end();
      try {
        for await (const { result, reason } of call) {
          count(report, result, reason);
          waiting.shift();
          room.resolve();
          waitMs = FIRST_WAIT_MS;
        }
        if (isComplete && waiting.length === 0) return report;
      } catch (error) {
        if ((error as { code?: status }).code !== status.UNAVAILABLE && !broken.signal.aborted) throw error;
      }
      await world.clock.sleep(waitMs, { signal: broken.signal });
    }
  } finally {
    await batches.return();
    client.close();
  }
}

/** Counts the answer to a batch. */
function count(report: ShipReport, result: BatchResult, reason: string): void {
  if (result === BatchResult.STORED) report.stored++;
  else if (result === BatchResult.DUPLICATE) report.duplicates++;
  else report.rejected.push(reason);
}

/** Yields the entries of each batch. Its `return()` closes the source. */
async function* inBatches(entries: AsyncIterable<Entry>): AsyncGenerator<Entry[], void> {
  let batch: Entry[] = [];
  for await (const entry of entries) {
    if (batch.push(entry) < BATCH_SIZE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
