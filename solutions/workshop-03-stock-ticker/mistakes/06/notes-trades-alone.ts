// misconception: W3-03
// fails: knows where it was, also if nothing was traded before the cut
import { credentials, type ServiceError, status } from '@grpc/grpc-js';
import type { Clock } from '@streamlings/grading';
import { createClient } from '@streamlings/grpc';
import { type Position, StockService, type Trade } from '@streamlings/proto/streamlings/stock/v1/stock';

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
  let after: Position | undefined;
  let waitMs = FIRST_WAIT_MS;
  try {
    while (!signal.aborted) {
      const call = client.streamTrades({ symbols, ...(after && { after }) });
      const cancel = () => call.cancel();
      signal.addEventListener('abort', cancel);
      try {
        for await (const { position, trade } of call) {
          if (trade) {
            book.onTrade(trade);
            after = position;
          }
          waitMs = FIRST_WAIT_MS;
        }
      } catch (error) {
        if (signal.aborted) break;
        const { code } = error as ServiceError;
        if (code === status.OUT_OF_RANGE && after) {
          after = undefined;
          book.onGap();
          continue;
        }
        if (code !== status.UNAVAILABLE) throw error;
      } finally {
        signal.removeEventListener('abort', cancel);
        call.cancel();
      }
      await clock.sleep(waitMs, { signal }).catch(() => {});
      waitMs = Math.min(2 * waitMs, MAX_WAIT_MS);
    }
  } finally {
    client.close();
  }
}
