import { status } from '@grpc/grpc-js';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StockService, Trade } from '@streamlings/proto/streamlings/stock/v1/stock';

/** Where shares are traded. */
interface Exchange {
  /** What is listed. */
  readonly symbols: readonly string[];
  /**
   * Calls `listener` for each trade from now on, of all symbols, in the middle of what you are doing and whether or
   * not a client has room for it, until the returned function is called.
   */
  subscribe(listener: (trade: Trade) => void): () => void;
  /** Tells the last trade of each symbol. It looks at some moment before it answers, and trading goes on. */
  lastTrades(symbols: readonly string[]): Promise<Trade[]>;
}

/** Answers `StreamPrices` with the trades of an exchange. */
export function handlers(exchange: Exchange): Pick<ServiceHandlers<typeof StockService>, 'streamPrices'> {
  return {
    streamPrices: (call) => {
      // TODO: Step 1. Send each trade of the symbols that the request names, of all if it names none, until the
      //   client leaves. A symbol that is not listed is NOT_FOUND.

      // TODO: Step 2. Begin with the last trade of each symbol, which `exchange.lastTrades()` tells after a while.
      //   Let no trade be lost meanwhile, and no older one follow a newer one.

      // TODO: Step 3. Send at the pace of the client. Of what it has no room for, keep the latest of each symbol.
      call.emit('error', { code: status.UNIMPLEMENTED, details: 'StreamPrices is not written yet' });
    },
  };
}
