import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import type { ServiceHandlers } from '@streamlings/grpc';
import type {
  FollowPricesResponse,
  StockService,
  Trade,
} from '@streamlings/proto/streamlings/stock/v1/stock';

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
    followPrices: async (call) => {
      const over = new AbortController();
      const { signal } = over;
      const followed = new Map<string, { sent: bigint; waiting?: Trade | undefined }>();
      let wake = () => {};
      const take = (trade: Trade) => {
        const entry = followed.get(trade.symbol);
        if (!entry || trade.sequence <= (entry.waiting?.sequence ?? entry.sent)) return;
        entry.waiting = trade;
        wake();
      };
      const unsubscribe = exchange.subscribe(take);
      call.on('cancelled', () => over.abort());
      signal.addEventListener('abort', () => {
        unsubscribe();
        wake();
      });
      const tell = async (event: Event) => {
        if (!call.write({ event })) await once(call, 'drain', { signal });
      };

      const sendTrades = async () => {
        while (!signal.aborted) {
          const entry = [...followed.values()].find(({ waiting }) => waiting);
          if (!entry?.waiting) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
            continue;
          }
          const trade = entry.waiting;
          entry.waiting = undefined;
          entry.sent = trade.sequence;
          await tell({ case: 'trade', value: trade });
        }
      };
      const readChanges = async () => {
        for await (const { change } of call.iterator({ destroyOnReturn: false })) {
          if (!change.value) {
            over.abort();
            call.emit('error', { code: status.INVALID_ARGUMENT, details: 'nothing to change' });
            return;
          }
          const symbol = change.value;
          if (change.case === 'unfollow') {
            followed.delete(symbol);
            await tell({ case: 'unfollowed', value: symbol });
          } else if (!exchange.symbols.includes(symbol)) {
            await tell({ case: 'rejected', value: symbol });
          } else if (!followed.has(symbol)) {
            followed.set(symbol, { sent: 0n });
            for (const trade of await exchange.lastTrades([symbol])) take(trade);
          }
        }
      };
      // Both of them end when the signal aborts, and nothing else makes them fail.
      await Promise.allSettled([sendTrades(), readChanges()]);
    },
  };
}
