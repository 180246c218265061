// misconception: W3-02
// fails: sends nothing twice, and never goes back in time
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
    streamPrices: async (call) => {
      const { symbols } = call.request;
      const unknown = symbols.find((symbol) => !exchange.symbols.includes(symbol));
      if (unknown !== undefined) {
        call.emit('error', { code: status.NOT_FOUND, details: `${unknown} is not listed` });
        return;
      }
      const wanted = new Set(symbols.length > 0 ? symbols : exchange.symbols);
      let early: Trade[] | undefined = [];
      const unsubscribe = exchange.subscribe((trade) => {
        if (!wanted.has(trade.symbol)) return;
        if (early) early.push(trade);
        else call.write(trade);
      });
      call.on('cancelled', unsubscribe);
      for (const trade of await exchange.lastTrades([...wanted])) call.write(trade);
      for (const trade of early) call.write(trade);
      early = undefined;

      // TODO: Step 3. Send at the pace of the client. Of what it has no room for, keep the latest of each symbol.
    },
  };
}
