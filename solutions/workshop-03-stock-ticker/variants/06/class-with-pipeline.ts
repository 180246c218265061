import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { credentials, type ServiceError, status } from '@grpc/grpc-js';
import type { Clock } from '@streamlings/grading';
import { createClient } from '@streamlings/grpc';
import {
  type Position,
  StockService,
  type StreamTradesResponse,
  type Trade,
} from '@streamlings/proto/streamlings/stock/v1/stock';

/** What a book of trades is told. */
interface Book {
  /** A trade has happened. */
  onTrade(trade: Trade): void;
  /** Trades may be missing between the one before and the one that comes next. */
  onGap(): void;
}

/** How long to wait before the first new attempt. Each further one waits twice as long as the one before. */
export const FIRST_WAIT_MS = 1000;
/** The longest wait. */
export const MAX_WAIT_MS = 30_000;

/**
 * Tells a book every trade of the symbols, from now on, until the signal aborts; then it resolves.
 *
 * @throws the error of a call that no new attempt can help.
 */
export async function keepBook(
  address: string,
  symbols: string[],
  book: Book,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  const keeper = new Keeper(address, symbols, book);
  let waitMs = FIRST_WAIT_MS;
  try {
    while (!signal.aborted) {
      const { heard, code, error } = await keeper.attempt(signal);
      if (heard) waitMs = FIRST_WAIT_MS;
      if (signal.aborted || keeper.beginAnew(code)) continue;
      if (code !== status.OK && code !== status.UNAVAILABLE) throw error;
      await clock.sleep(waitMs, { signal }).catch(() => {});
      waitMs = Math.min(waitMs + waitMs, MAX_WAIT_MS);
    }
  } finally {
    keeper.close();
  }
}

class Keeper {
  readonly #client;
  readonly #symbols: string[];
  readonly #book: Book;
  #after: Position | undefined;

  constructor(address: string, symbols: string[], book: Book) {
    this.#client = createClient(StockService, address, credentials.createInsecure());
    this.#symbols = symbols;
    this.#book = book;
  }

  /** Makes one call and writes what it brings into the book; says how it ended. */
  async attempt(signal: AbortSignal) {
    let heard = false;
    const call = this.#client.streamTrades({
      symbols: this.#symbols,
      ...(this.#after && { after: this.#after }),
    });
    const cancel = () => call.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    const pages = new Writable({
      objectMode: true,
      write: ({ position, trade }: StreamTradesResponse, _encoding, done) => {
        heard = true;
        if (trade) this.#book.onTrade(trade);
        this.#after = position;
        done();
      },
    });
    try {
      await pipeline(call, pages);
      return { heard, code: status.OK };
    } catch (error) {
      return { heard, code: (error as ServiceError).code, error };
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  /** Forgets a position that is gone; says whether that is what has happened. */
  beginAnew(code: number): boolean {
    if (code !== status.OUT_OF_RANGE || !this.#after) return false;
    this.#after = undefined;
    this.#book.onGap();
    return true;
  }

  close(): void {
    this.#client.close();
  }
}
