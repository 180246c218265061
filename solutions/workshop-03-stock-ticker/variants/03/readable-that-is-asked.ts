import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
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
      // An empty list and none at all are the same on the wire, so the contract has to say what that means.
      const wanted = new Set(symbols.length > 0 ? symbols : exchange.symbols);
      const newest = new Map<string, bigint>();
      const waiting = new Map<string, Trade>();
      let isAsked = false;
      const prices = new Readable({
        objectMode: true,
        highWaterMark: 1,
        read: () => {
          isAsked = true;
          give();
        },
        destroy: (error, done) => {
          unsubscribe();
          done(error);
        },
      });
      const give = () => {
        const [trade] = waiting.values();
        if (!isAsked || !trade) return;
        waiting.delete(trade.symbol);
        isAsked = false;
        prices.push(trade);
      };
      const take = (trade: Trade) => {
        if (!wanted.has(trade.symbol) || trade.sequence <= (newest.get(trade.symbol) ?? 0n)) return;
        newest.set(trade.symbol, trade.sequence);
        waiting.set(trade.symbol, trade);
        give();
      };
      const unsubscribe = exchange.subscribe(take);
      // The only failure is that the client has left.
      pipeline(prices, call as unknown as Writable).catch(() => {});
      for (const trade of await exchange.lastTrades([...wanted])) take(trade);
    },
  };
}
