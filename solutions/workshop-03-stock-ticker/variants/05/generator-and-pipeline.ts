import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
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
    streamTrades: async (call) => {
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
      call.on('cancelled', () => over.abort());
      const isWanted = ({ symbol }: Trade) => symbols.length === 0 || symbols.includes(symbol);
      const positionOf = (sequence: bigint) => ({ session, sequence });
      async function* responses() {
        let last = after?.sequence ?? latest;
        yield { position: positionOf(last) };
        while (!signal.aborted) {
          const trades = await exchange.journal.read(last, { signal });
          for (const trade of trades.filter(isWanted)) {
            yield { position: positionOf(trade.sequence), trade };
          }
          last = trades.at(-1)?.sequence ?? last;
        }
      }
      try {
        await pipeline(Readable.from(responses(), { highWaterMark: 1 }), call as unknown as Writable, {
          signal,
          end: false,
        });
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof RangeError) fail(status.OUT_OF_RANGE, 'forgotten by now');
        else fail(status.INTERNAL, 'the journal cannot be read');
      }
    },
  };
}
