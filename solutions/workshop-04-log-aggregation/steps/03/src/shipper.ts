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
  // TODO: Send the batches, each with an id of its own, and count their answers. While MAX_WAITING batches have no
  //   answer, take no further one from `entries`. Close the connection and the source in the end.

  // TODO: After UNAVAILABLE, call again and send what has no answer, under the ids that it had. Wait before that with
  //   `world.clock.sleep`: FIRST_WAIT_MS, then twice as long each time up to MAX_WAIT_MS; an answer sets it back.
  throw new Error('ship is not written yet');
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
