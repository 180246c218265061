// misconception: W3-02
// fails: lets no late answer take the place of a newer trade
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
      const waiting = new Map<string, Trade>();
      let hasRoom = true;
      const send = () => {
        for (const [symbol, trade] of waiting) {
          if (!hasRoom) return;
          waiting.delete(symbol);
          if (trade.sequence <= (newest.get(symbol) ?? 0n)) continue;
          newest.set(symbol, trade.sequence);
          hasRoom = call.write(trade);
        }
      };
      const take = (trade: Trade) => {
        if (!wanted.has(trade.symbol)) return;
        waiting.set(trade.symbol, trade);
        send();
      };
      const unsubscribe = exchange.subscribe(take);
      call.on('cancelled', unsubscribe);
      call.on('drain', () => {
        hasRoom = true;
        send();
      });
      for (const trade of await exchange.lastTrades([...wanted])) take(trade);
    },
  };
}
