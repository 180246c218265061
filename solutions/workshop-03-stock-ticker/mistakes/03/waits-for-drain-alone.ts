// misconception: L5-04
// fails: forgets a client that leaves while it stands still
import { once } from 'node:events';
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
      const waiting = new Map<string, Trade>();
      let wake = () => {};
      const take = (trade: Trade) => {
        if (isNew(trade)) waiting.set(trade.symbol, trade);
        wake();
      };
      const unsubscribe = exchange.subscribe(take);
      let isOver = false;
      call.on('cancelled', () => {
        isOver = true;
        wake();
      });
      for (const trade of await exchange.lastTrades([...wanted])) take(trade);
      while (!isOver) {
        const [next] = waiting.values();
        if (!next) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          continue;
        }
        waiting.delete(next.symbol);
        if (!call.write(next)) await once(call, 'drain');
      }
      unsubscribe();
    },
  };
}
