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
      // TODO: Follow and unfollow symbols as the requests say, beginning each with its last trade.
      //   Nothing of a symbol comes after its `unfollowed`. A symbol that is not listed is `rejected`, and no more.

      // TODO: Send at the pace of the client, as in step 3; of trades the latest waits, of answers none is left out.
      //   Go on after the half-close. A client that has left is forgotten.
      call.on('data', ({ change: { case: what, value: symbol } }) => {
        if (!what || !symbol) {
          call.emit('error', { code: status.INVALID_ARGUMENT, details: 'the request changes nothing' });
        } else {
          call.emit('error', { code: status.UNIMPLEMENTED, details: 'FollowPrices is not written yet' });
        }
      });
    },
  };
}
