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
  const attempt = () =>
    new Promise<ServiceError | undefined>((resolve) => {
      const call = client.streamTrades(after ? { symbols, after } : { symbols });
      const cancel = () => call.cancel();
      signal.addEventListener('abort', cancel, { once: true });
      call.on('data', (response) => {
        waitMs = FIRST_WAIT_MS;
        if (response.trade) book.onTrade(response.trade);
        after = response.position;
      });
      call.on('error', (error: ServiceError) => resolve(error));
      call.on('end', () => resolve(undefined));
      call.on('close', () => signal.removeEventListener('abort', cancel));
    });
  const next = async (): Promise<void> => {
    const error = await attempt();
    if (signal.aborted) return;
    if (error?.code === status.OUT_OF_RANGE && after !== undefined) {
      after = undefined;
      book.onGap();
      return next();
    }
    if (error && error.code !== status.UNAVAILABLE) throw error;
    const ms = waitMs;
    waitMs = Math.min(ms * 2, MAX_WAIT_MS);
    await clock.sleep(ms, { signal }).catch(() => {});
    if (!signal.aborted) return next();
  };
  return (signal.aborted ? Promise.resolve() : next()).finally(() => client.close());
}
