// misconception: L4-09
// fails: lets no slow client hold up a quick one
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
  let hasRoom = true;
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
      // A price replaces the one before, so one place for each symbol is enough, however long the client stands still.
      // A symbol that is traded all the time keeps its turn: `set` leaves a key where it is.
      const waiting = new Map<string, Trade>();
      const send = () => {
        for (const [symbol, trade] of waiting) {
          if (!hasRoom) return;
          waiting.delete(symbol);
          hasRoom = call.write(trade);
        }
      };
      // Two sources tell of one symbol, and their order here says nothing about the order of the trades. The number does:
      // what is not newer than what was taken is either in there already or out of date.
      const take = (trade: Trade) => {
        if (!wanted.has(trade.symbol) || trade.sequence <= (newest.get(trade.symbol) ?? 0n)) return;
        newest.set(trade.symbol, trade.sequence);
        waiting.set(trade.symbol, trade);
        send();
      };
      // First listen, then ask. The other way round, a trade between the answer and the first call of the listener is in
      // neither of them.
      const unsubscribe = exchange.subscribe(take);
      // Before the await: a client may leave while the exchange looks up its answer.
      call.on('cancelled', unsubscribe);
      // A listener, and not an await: nothing is left hanging when the client leaves and `drain` never comes.
      call.on('drain', () => {
        hasRoom = true;
        send();
      });
      for (const trade of await exchange.lastTrades([...wanted])) take(trade);
    },
  };
}
