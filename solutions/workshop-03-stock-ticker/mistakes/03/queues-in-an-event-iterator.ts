// misconception: L5-12
// fails: tells a slow client the latest price of each symbol, and that once
import { EventEmitter, on, once } from 'node:events';
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
      const newest = new Map<string, bigint>();
      const isNew = (trade: Trade) => {
        if (!wanted.has(trade.symbol) || trade.sequence <= (newest.get(trade.symbol) ?? 0n)) return false;
        newest.set(trade.symbol, trade.sequence);
        return true;
      };
      const left = new AbortController();
      const { signal } = left;
      call.on('cancelled', () => left.abort());
      const ticks = new EventEmitter();
      const take = (trade: Trade) => ticks.emit('trade', trade);
      const unsubscribe = exchange.subscribe(take);
      signal.addEventListener('abort', unsubscribe);
      try {
        const trades = on(ticks, 'trade', { signal });
        for (const trade of await exchange.lastTrades([...wanted])) take(trade);
        for await (const [trade] of trades) {
          if (isNew(trade) && !call.write(trade)) await once(call, 'drain', { signal });
        }
      } catch {
        // The client has left.
      }
    },
  };
}
