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
      const { symbols } = call.request;
      const unknown = symbols.find((symbol) => !exchange.symbols.includes(symbol));
      if (unknown !== undefined) {
        call.emit('error', { code: status.NOT_FOUND, details: `${unknown} is not listed` });
        return;
      }
      // An empty list and none at all are the same on the wire, so the contract has to say what that means.
      const wanted = new Set(symbols.length > 0 ? symbols : exchange.symbols);
      // Filtered here, where the trades are. A client that filters has paid for all of them already.
      const unsubscribe = exchange.subscribe((trade) => {
        if (wanted.has(trade.symbol)) call.write(trade);
      });
      // It fires after every call, however it ended. Without it the exchange would call on behalf of a client that left.
      call.on('cancelled', unsubscribe);

      // TODO: Step 2. Begin with the last trade of each symbol, which `exchange.lastTrades()` tells after a while.
      //   Let no trade be lost meanwhile, and no older one follow a newer one.

      // TODO: Step 3. Send at the pace of the client. Of what it has no room for, keep the latest of each symbol.
    },
  };
}
