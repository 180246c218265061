import { type Clock, type Load, step } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StockService, Trade } from '@streamlings/proto/streamlings/stock/v1/stock';
import { clientChecks } from './client-checks.ts';
import { conflationChecks } from './conflation-checks.ts';
import type { Exchange } from './exchange.ts';
import { followChecks } from './follow-checks.ts';
import { pricesChecks } from './prices-checks.ts';
import { snapshotChecks } from './snapshot-checks.ts';
import { tradesChecks } from './trades-checks.ts';

type Handlers<M extends keyof ServiceHandlers<typeof StockService>> = Pick<
  ServiceHandlers<typeof StockService>,
  M
>;

/** What a book of trades is told. */
export interface Book {
  /** A trade has happened. */
  onTrade(trade: Trade): void;
  /** Trades may be missing between the one before and the one that comes next. */
  onGap(): void;
}

/** What the files of `src` export. */
export interface Exercise {
  prices: { handlers(exchange: Exchange): Handlers<'streamPrices'> };
  follow: { handlers(exchange: Exchange): Handlers<'followPrices'> };
  trades: { handlers(exchange: Exchange): Handlers<'streamTrades'> };
  client: {
    keepBook(
      address: string,
      symbols: string[],
      book: Book,
      options: { clock: Clock; signal: AbortSignal },
    ): Promise<void>;
  };
}

export function checks(exercise: Load<Exercise>): void {
  const prices = 'src/prices.ts';
  step({ number: 1, title: 'Prices', file: prices }, () => pricesChecks(exercise.prices));
  step({ number: 2, title: 'The snapshot', file: prices }, () => snapshotChecks(exercise.prices));
  step({ number: 3, title: 'Slow readers', file: prices }, () => conflationChecks(exercise.prices));
  step({ number: 4, title: 'Changing subscriptions', file: 'src/follow.ts' }, () =>
    followChecks(exercise.follow),
  );
  step({ number: 5, title: 'Every trade', file: 'src/trades.ts' }, () => tradesChecks(exercise.trades));
  step({ number: 6, title: 'After a cut', file: 'src/client.ts' }, () => clientChecks(exercise.client));
}
