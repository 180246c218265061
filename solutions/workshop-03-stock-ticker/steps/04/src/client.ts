import { credentials } from '@grpc/grpc-js';
import type { Clock } from '@streamlings/grading';
import { createClient } from '@streamlings/grpc';
import { StockService, type Trade } from '@streamlings/proto/streamlings/stock/v1/stock';

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
  const client = createClient(StockService, address, credentials.createInsecure());
  try {
    for await (const { trade } of client.streamTrades({ symbols })) {
      if (trade) book.onTrade(trade);
    }
    // TODO: When the line is cut (UNAVAILABLE), wait with `clock.sleep(ms, { signal })` and go on where the book ends.
    //   The first message after a wait makes the next wait a short one again.

    // TODO: When the position is gone (OUT_OF_RANGE), tell the book about the gap and begin anew.
    //   Any other error is the caller's.

    // TODO: When the signal aborts, leave: the call, the wait and the connection.
  } finally {
    client.close();
  }
}
