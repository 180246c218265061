import { createHash, randomBytes } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { type ClientDuplexStream, credentials, status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient, type RequestInit } from '@streamlings/grpc';
import {
  BatchResult,
  type CollectLogsResponse,
  type LogEntrySchema,
  LogService,
} from '@streamlings/proto/streamlings/logs/v1/logs';

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

export async function ship(
  address: string,
  entries: AsyncIterable<Entry>,
  world: World,
): Promise<ShipReport> {
  const client = createClient(LogService, address, credentials.createInsecure());
  const reader = ReadableStream.from(entries).pipeThrough(batching()).getReader();
  const report: ShipReport = { stored: 0, duplicates: 0, rejected: [] };
  const queue: Batch[] = [];
  // Outlives a call, so that no batch is lost that comes while there is none.
  let coming: ReturnType<typeof reader.read> | undefined;
  let isComplete = false;

  /** Makes one attempt; resolves with whether it has brought an answer, and with the status if it failed. */
  const attempt = async (): Promise<{ hadAnswer: boolean; error?: { code?: status } }> => {
    const call: ClientDuplexStream<Batch, CollectLogsResponse> = client.collectLogs();
    const answers = call[Symbol.asyncIterator]();
    let hadAnswer = false;
    let answer = answers.next();
    for (const batch of queue) call.write(batch);
    if (isComplete) call.end();
    for (;;) {
      const mayRead = !isComplete && queue.length < MAX_WAITING;
      if (mayRead) coming ??= reader.read();
      const heard = answer.then(
        (next) => ({ next }),
        (error: { code?: status }) => ({ error }),
      );
      const happened = await Promise.race([heard, ...(mayRead && coming ? [coming] : [])]).catch(
        (failure) => {
          call.cancel();
          throw failure;
        },
      );
      if ('error' in happened) return { hadAnswer, error: happened.error };
      if ('next' in happened) {
        if (happened.next.done) return { hadAnswer };
        const { result, reason } = happened.next.value;
        if (result === BatchResult.STORED) report.stored++;
        else if (result === BatchResult.DUPLICATE) report.duplicates++;
        else report.rejected.push(reason);
        queue.shift();
        hadAnswer = true;
        answer = answers.next();
        continue;
      }
      coming = undefined;
      if (happened.value) {
        queue.push(happened.value);
        call.write(happened.value);
      } else {
        isComplete = true;
        call.end();
      }
    }
  };

  try {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, MAX_WAIT_MS)) {
      const { hadAnswer, error } = await attempt();
      if (!error && isComplete && queue.length === 0) return report;
      if (error && error.code !== status.UNAVAILABLE) throw error;
      if (hadAnswer) waitMs = FIRST_WAIT_MS;
      const enough = new AbortController();
      const slept = world.clock.sleep(waitMs, { signal: enough.signal });
      slept.catch(() => {});
      // A source that breaks in the meantime ends the wait; a batch that comes in the meantime is kept for later.
      const failed = new Promise<never>((_, reject) => coming?.catch(reject));
      await Promise.race([slept, failed]).finally(() => enough.abort());
    }
  } finally {
    void reader.cancel().catch(() => {});
    client.close();
  }
}

function batching(): TransformStream<Entry, Batch> {
  const shipment = randomBytes(16);
  let entries: Entry[] = [];
  let number = 0;
  const next = (): Batch => {
    const batchId = createHash('sha256').update(shipment).update(String(number++)).digest('hex');
    const batch = { batchId, entries };
    entries = [];
    return batch;
  };
  return new TransformStream<Entry, Batch>(
    {
      transform: (entry, controller) => {
        if (entries.push(entry) === BATCH_SIZE) controller.enqueue(next());
      },
      flush: (controller) => {
        if (entries.length > 0) controller.enqueue(next());
      },
    },
    { highWaterMark: 1 },
    { highWaterMark: 0 },
  );
}
