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
      // TODO: Send the position where the stream begins, then each trade behind it with the position behind that,
      //   at the pace of the client, until it leaves. Begin behind the request's position, or with the next trade.

      // TODO: Answer OUT_OF_RANGE where the journal cannot tell what follows: another session, a number that does
      //   not exist yet, trades that are forgotten. A symbol that is not listed is NOT_FOUND.
      call.emit('error', { code: status.UNIMPLEMENTED, details: 'StreamTrades is not written yet' });
    },
  };
}
