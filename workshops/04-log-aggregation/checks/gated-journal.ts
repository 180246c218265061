import type { LogEntry } from '@streamlings/proto/streamlings/logs/v1/logs';
import type { Appends } from '../checks.ts';

interface Append {
  batchId: string;
  release: () => void;
}

/** A journal in memory that keeps batches when the check says so, and counts what it is given. */
export class GatedJournal implements Appends {
  /** The texts of the entries that are kept, by the id of their batch. */
  readonly kept: Map<string, string[]> = new Map();
  /** The most batches that were with the journal at once. */
  maxPending = 0;
  #pending: Append[] = [];
  #isHeld = false;
  #failing: { batchId: string; message: string } | undefined;
  #waiters: Array<{ batchId: string; resolve: () => void }> = [];

  /** How many batches are with the journal. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Keeps batches waiting until the returned function is called. */
  hold(): () => void {
    this.#isHeld = true;
    return () => {
      this.#isHeld = false;
      for (const { release } of [...this.#pending]) release();
    };
  }

  /** Keeps every batch waiting for `releaseLatest`. */
  holdAll(): void {
    this.#isHeld = true;
  }

  /** Lets the batch go on that came last. */
  releaseLatest(): void {
    this.#pending.at(-1)?.release();
  }

  /** Fails on a batch, once. */
  failOn(batchId: string, message: string): void {
    this.#failing = { batchId, message };
  }

  /** Resolves when a batch is with the journal. */
  begun(batchId: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#pending.some((append) => append.batchId === batchId)) resolve();
    this.#waiters.push({ batchId, resolve });
    return promise;
  }

  /** The exercise's side. */
  readonly append = async (batchId: string, entries: LogEntry[]): Promise<boolean> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const append: Append = { batchId, release: resolve };
    this.#pending.push(append);
    this.maxPending = Math.max(this.maxPending, this.pending);
    for (const waiter of this.#waiters) if (waiter.batchId === batchId) waiter.resolve();
    await new Promise((next) => setImmediate(next));
    if (this.#isHeld) await promise;
    this.#pending = this.#pending.filter((each) => each !== append);
    if (this.#failing?.batchId === batchId) {
      const { message } = this.#failing;
      this.#failing = undefined;
      throw new Error(message);
    }
    if (this.kept.has(batchId)) return false;
    this.kept.set(
      batchId,
      entries.map(({ text }) => text),
    );
    return true;
  };
}
