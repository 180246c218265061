import { randomUUID } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { credentials, status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createAsyncClient, type RequestInit, StatusError } from '@streamlings/grpc';
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

export async function ship(
  address: string,
  entries: AsyncIterable<Entry>,
  world: World,
): Promise<ShipReport> {
  const client = createAsyncClient(LogService, address, credentials.createInsecure());
  const outbox = new Outbox(entries);
  const report: ShipReport = { stored: 0, duplicates: 0, rejected: [] };
  let failures = 0;
  try {
    while (!outbox.isEmpty) {
      const over = new AbortController();
      const signal = AbortSignal.any([over.signal, outbox.broken]);
      try {
        for await (const { result, reason } of client.collectLogs(outbox.batches(signal), { signal })) {
          if (result === BatchResult.STORED) report.stored++;
          else if (result === BatchResult.DUPLICATE) report.duplicates++;
          else report.rejected.push(reason);
          outbox.forgetFirst();
          failures = 0;
        }
        if (outbox.isEmpty) break;
      } catch (error) {
        outbox.broken.throwIfAborted();
        if (!(error instanceof StatusError) || error.code !== status.UNAVAILABLE) throw error;
      } finally {
        over.abort();
      }
      const waitMs = Math.min(FIRST_WAIT_MS * 2 ** failures++, MAX_WAIT_MS);
      await world.clock.sleep(waitMs, { signal: outbox.broken });
    }
    return report;
  } finally {
    outbox.close();
    client.close();
  }
}

/** Batches that have no answer, and the source of more. */
class Outbox {
  readonly #source: AsyncIterator<Entry>;
  readonly #waiting: Batch[] = [];
  readonly #failure = new AbortController();
  #isComplete = false;
  #changed = Promise.withResolvers<void>();

  constructor(entries: AsyncIterable<Entry>) {
    this.#source = entries[Symbol.asyncIterator]();
    this.#fill().catch((error) => this.#failure.abort(error));
  }

  get broken(): AbortSignal {
    return this.#failure.signal;
  }

  get isEmpty(): boolean {
    return this.#isComplete && this.#waiting.length === 0;
  }

  forgetFirst(): void {
    this.#waiting.shift();
    this.#wake();
  }

  close(): void {
    void this.#source.return?.();
  }

  /** Yields all batches without an answer, and then each new one, until there are no more. */
  async *batches(signal: AbortSignal): AsyncGenerator<Batch> {
    const sent = new Set<Batch>();
    signal.addEventListener('abort', () => this.#wake());
    while (!signal.aborted) {
      const next = this.#waiting.find((batch) => !sent.has(batch));
      if (next) {
        sent.add(next);
        yield next;
      } else if (this.#isComplete) return;
      else await this.#changed.promise;
    }
  }

  async #fill(): Promise<void> {
    while (!this.#isComplete) {
      const entries: Entry[] = [];
      while (entries.length < BATCH_SIZE && !this.#isComplete) {
        const { done, value } = await this.#source.next();
        if (done) this.#isComplete = true;
        else entries.push(value);
      }
      if (entries.length > 0) this.#waiting.push({ batchId: randomUUID(), entries });
      this.#wake();
      while (this.#waiting.length >= MAX_WAITING && !this.#isComplete) await this.#changed.promise;
    }
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
