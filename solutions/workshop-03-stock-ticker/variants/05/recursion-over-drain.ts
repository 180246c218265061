import { status } from '@grpc/grpc-js';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StockService, Trade } from '@streamlings/proto/streamlings/stock/v1/stock';

/** Where shares are traded, and what is written down there. */
interface Exchange {
  /** What is listed. */
  readonly symbols: readonly string[];
  readonly journal: {
    /** Names this run of the exchange: numbers of another session mean nothing here. */
    readonly session: string;
    /** The number of the latest trade; 0 before the first. */
    readonly latest: bigint;
    /**
     * Reads some of the trades behind number `after`, in order; waits until there is one.
     *
     * @throws RangeError if the first of them is forgotten, and the signal's reason when `signal` aborts.
     */
    read(after: bigint, options?: { signal?: AbortSignal }): Promise<Trade[]>;
  };
}

/** Answers `StreamTrades` from the journal of an exchange. */
export function handlers(exchange: Exchange): Pick<ServiceHandlers<typeof StockService>, 'streamTrades'> {
  return {
    streamTrades: (call) => {
      const { symbols, after } = call.request;
      const { session, latest } = exchange.journal;
      const fail = (code: status, details: string) => call.emit('error', { code, details });
      const unknown = symbols.find((symbol) => !exchange.symbols.includes(symbol));
      if (unknown !== undefined) return fail(status.NOT_FOUND, `${unknown} is not listed`);
      // A number of another session may well exist in this one, and would lead to other trades.
      if (after && (after.session !== session || after.sequence > latest)) {
        return fail(status.OUT_OF_RANGE, 'the position is not in the journal');
      }
      const over = new AbortController();
      const { signal } = over;
      call.once('cancelled', () => over.abort());
      const wanted = new Set(symbols.length === 0 ? exchange.symbols : symbols);
      let last = after?.sequence ?? latest;
      const write = (trades: Trade[]): void => {
        for (let trade = trades.shift(); trade; trade = trades.shift()) {
          last = trade.sequence;
          if (!wanted.has(trade.symbol)) continue;
          if (call.write({ position: { session, sequence: last }, trade })) continue;
          call.once('drain', () => write(trades));
          return;
        }
        read();
      };
      const read = () => {
        exchange.journal.read(last, { signal }).then(write, (error: unknown) => {
          if (signal.aborted) return;
          const isForgotten = error instanceof RangeError;
          fail(isForgotten ? status.OUT_OF_RANGE : status.INTERNAL, 'the journal cannot go on');
        });
      };
      call.write({ position: { session, sequence: last } });
      read();
    },
  };
}
