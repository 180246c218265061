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
      // An empty list and none at all are the same on the wire, so the contract has to say what that means.
      const wanted = new Set(symbols.length > 0 ? symbols : exchange.symbols);
      const over = new AbortController();
      const { signal } = over;
      const sent = new Map<string, bigint>();
      let waiting: Trade[] = [];
      let wake = () => {};
      const unsubscribe = exchange.subscribe((trade) => {
        if (!wanted.has(trade.symbol)) return;
        waiting = [...waiting.filter(({ symbol }) => symbol !== trade.symbol), trade];
        wake();
      });
      call.on('cancelled', () => {
        over.abort();
        unsubscribe();
        wake();
      });
      for (const trade of await exchange.lastTrades([...wanted])) {
        if (!waiting.some(({ symbol }) => symbol === trade.symbol)) waiting.push(trade);
      }
      while (!signal.aborted) {
        const trade = waiting.shift();
        if (!trade) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        } else if (trade.sequence > (sent.get(trade.symbol) ?? 0n)) {
          sent.set(trade.symbol, trade.sequence);
          if (!call.write(trade)) await once(call, 'drain', { signal }).catch(() => {});
        }
      }
    },
  };
}
