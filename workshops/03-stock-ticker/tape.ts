import type { ServiceHandlers } from '@streamlings/grpc';
import type { StockService } from '@streamlings/proto/streamlings/stock/v1/stock';

/** A call of `StreamTrades`, on the server's side. */
export type TradesCall = Parameters<ServiceHandlers<typeof StockService>['streamTrades']>[0];

/** Makes an exchange that trades ADA alone, in one session, and answers `StreamTrades` as the contract says. */
export function createTape(latest: number) {
  const live = new Set<TradesCall>();
  /** The positions that were asked for, like `monday 3`; `now` where there was none. */
  const asked: string[] = [];
  const send = (call: TradesCall, number: number) => {
    const sequence = BigInt(number);
    call.write({ position: { session: 'monday', sequence }, trade: { symbol: 'ADA', sequence } });
  };
  const answer = (call: TradesCall) => {
    const { after } = call.request;
    asked.push(after ? `${after.session} ${after.sequence}` : 'now');
    const begin = Number(after?.sequence ?? latest);
    call.write({ position: { session: 'monday', sequence: BigInt(begin) } });
    for (let number = begin + 1; number <= latest; number++) send(call, number);
    live.add(call);
    call.on('cancelled', () => live.delete(call));
  };
  const trade = (count: number) => {
    for (let i = 0; i < count; i++) {
      latest++;
      for (const call of live) send(call, latest);
    }
  };
  return { answer, asked, trade };
}
