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
  const client = createClient(StockService, address, credentials.createInsecure());
  const { UNAVAILABLE, OUT_OF_RANGE } = status;
  let after: Position | undefined;

  /** Yields the responses of all calls in a row, and a gap where two of them do not fit together. */
  async function* responses(): AsyncGenerator<StreamTradesResponse | 'gap'> {
    let failures = 0;
    while (true) {
      const call = client.streamTrades({ symbols, ...(after === undefined ? {} : { after }) });
      const forget = cancelOnAbort(call);
      try {
        for await (const response of call) {
          failures = 0;
          yield response;
        }
      } catch (error) {
        const code = (error as ServiceError).code;
        if (code === OUT_OF_RANGE && after && !signal.aborted) {
          yield 'gap';
          continue;
        }
        if (code !== UNAVAILABLE) throw error;
      } finally {
        forget();
      }
      await clock.sleep(Math.min(FIRST_WAIT_MS * 2 ** failures, MAX_WAIT_MS), { signal });
      failures++;
    }
  }

  function cancelOnAbort(call: { cancel(): void }): () => void {
    const cancel = () => call.cancel();
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel);
    return () => signal.removeEventListener('abort', cancel);
  }

  try {
    for await (const response of responses()) {
      if (response === 'gap') {
        after = undefined;
        book.onGap();
      } else {
        if (response.trade) book.onTrade(response.trade);
        after = response.position;
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    client.close();
  }
}
