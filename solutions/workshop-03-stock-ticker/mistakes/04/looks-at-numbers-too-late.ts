// misconception: W3-02
// fails: tells a slow client the latest prices, and every answer
import { status } from '@grpc/grpc-js';
import type { ServiceHandlers } from '@streamlings/grpc';
import type {
  FollowPricesResponse,
  StockService,
  Trade,
} from '@streamlings/proto/streamlings/stock/v1/stock';

/** What a response tells. */
type Event = FollowPricesResponse['event'];

/** Where shares are traded. */
interface Exchange {
  /** What is listed. */
  readonly symbols: readonly string[];
  /** Calls `listener` for each trade from now on, of all symbols, until the returned function is called. */
  subscribe(listener: (trade: Trade) => void): () => void;
  /** Tells the last trade of each symbol. It looks at some moment before it answers, and trading goes on. */
  lastTrades(symbols: readonly string[]): Promise<Trade[]>;
}

/** Answers `FollowPrices` with the trades of an exchange, for symbols that come and go. */
export function handlers(exchange: Exchange): Pick<ServiceHandlers<typeof StockService>, 'followPrices'> {
  return {
    followPrices: (call) => {
      const followed = new Map<string, bigint>();
      const waiting = new Map<string, Trade>();
      let hasRoom = true;
      const tell = (event: Event) => {
        hasRoom = call.write({ event });
        if (!hasRoom) call.pause();
      };
      const send = () => {
        for (const [symbol, trade] of waiting) {
          if (!hasRoom) return;
          waiting.delete(symbol);
          if (trade.sequence <= (followed.get(symbol) ?? 0n)) continue;
          followed.set(symbol, trade.sequence);
          tell({ case: 'trade', value: trade });
        }
      };
      const take = (trade: Trade) => {
        if (!followed.has(trade.symbol)) return;
        waiting.set(trade.symbol, trade);
        send();
      };
      const unsubscribe = exchange.subscribe(take);
      call.on('cancelled', unsubscribe);
      call.on('drain', () => {
        hasRoom = true;
        send();
        if (hasRoom) call.resume();
      });
      call.on('data', async ({ change: { case: what, value: symbol } }) => {
        if (!what || !symbol) {
          unsubscribe();
          call.pause();
          call.emit('error', { code: status.INVALID_ARGUMENT, details: 'the request changes nothing' });
        } else if (what === 'unfollow') {
          waiting.delete(symbol);
          followed.delete(symbol);
          tell({ case: 'unfollowed', value: symbol });
        } else if (!exchange.symbols.includes(symbol)) {
          tell({ case: 'rejected', value: symbol });
        } else if (!followed.has(symbol)) {
          followed.set(symbol, 0n);
          for (const trade of await exchange.lastTrades([symbol])) take(trade);
        }
      });
    },
  };
}
