import { status } from '@grpc/grpc-js';
import type { CallRecord, CheckContext, Evidence, PeerStream, Served } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import { StockService, type Trade } from '@streamlings/proto/streamlings/stock/v1/stock';
import { type Exchange, Floor } from './exchange.ts';

/** What is listed. */
export const SYMBOLS = ['ADA', 'GRC', 'LIN', 'TUR'];
/** Listed where a window has to be used up: one trade of each is 32 KiB. */
export const FILLERS = Array.from({ length: 8 }, (_, at) => `FILLER-${at}-${'x'.repeat(4096)}`);
/** More trades than any queue should hold. */
export const BURST = 2000;
/** Messages that the queue of a call takes. */
export const QUEUE = 16;

/** Round trips that give both sides the time to do what they are about to do. */
const ROUNDS = 5;
/** Round trips without news after which there is none. */
const QUIET_ROUNDS = 100;
/** Rounds of fillers after which a writer that has not stopped will not stop at all. */
const MAX_FILLER_ROUNDS = 20;

/** Opens an exchange and serves handlers on it. */
export async function openExchange(
  context: CheckContext,
  handlers: (exchange: Exchange) => Partial<ServiceHandlers<typeof StockService>>,
  options?: ConstructorParameters<typeof Floor>[1],
) {
  const floor = new Floor([...SYMBOLS, ...FILLERS], options);
  const server = await context.serve(StockService, handlers(floor));
  /** Lets shares be traded, and what follows from it arrive. */
  const trade = async (...symbols: string[]) => {
    for (const symbol of symbols) floor.trade(symbol);
    await server.barrier(ROUNDS);
  };
  /** Says which evidence points where, once the handler is written at all. */
  const diagnose: CheckContext['diagnose'] = (evidence) => {
    const isWritten = () =>
      server.calls.every(({ errors }) =>
        errors.every((error) => (error as { code?: unknown } | undefined)?.code !== status.UNIMPLEMENTED),
      );
    const entries = Object.entries(evidence) as Array<[string, (seen: Evidence) => boolean]>;
    context.diagnose(
      Object.fromEntries(entries.map(([id, isSo]) => [id, (seen: Evidence) => isWritten() && isSo(seen)])),
    );
  };
  return { floor, server, trade, diagnose };
}

/** Opens an exchange for the checks of `StreamPrices`. */
export async function openPrices(
  context: CheckContext,
  handlers: (exchange: Exchange) => Pick<ServiceHandlers<typeof StockService>, 'streamPrices'>,
) {
  const opened = await openExchange(context, handlers);
  const { server } = opened;
  const watch = async (...symbols: string[]) => {
    const position = server.calls.length + 1;
    const peer = server.read(server.client.streamPrices({ symbols }));
    const record = await server.call(position);
    await server.barrier(ROUNDS);
    return { peer, record };
  };
  return { ...opened, watch };
}

/** Writes trades like `ADA 7`. */
export function listTrades(trades: readonly (Trade | undefined)[]): string[] {
  return trades.map((trade) => (trade ? `${trade.symbol} ${trade.sequence}` : 'nothing'));
}

/** Has a client read one message more and stand still, while trades of the fillers use up its windows. */
export async function standStill(
  { floor, server }: { floor: Floor; server: Served<typeof StockService> },
  peer: PeerStream<unknown>,
  record: CallRecord,
): Promise<void> {
  const { length } = peer.received;
  floor.trade('ADA');
  // grpc-js pushes back only after the first read.
  for (let round = 0; round < QUIET_ROUNDS && peer.received.length === length; round++)
    await server.barrier();
  peer.stall();
  let { writes } = record;
  for (let quiet = 0, round = 0; quiet < ROUNDS && round < MAX_FILLER_ROUNDS; round++) {
    for (const symbol of FILLERS) floor.trade(symbol);
    await server.barrier(2);
    quiet = record.writes === writes ? quiet + 1 : 0;
    writes = record.writes;
  }
}

/** Waits until the exchange was asked so many questions in all; a handler may ask one after the other. */
export async function untilAsked(
  { floor, server }: { floor: Floor; server: Served<typeof StockService> },
  count: number,
): Promise<void> {
  for (let round = 0; round < QUIET_ROUNDS && floor.questions.length < count; round++) await server.barrier();
}

/** Has a client read on until it `hasAll`, or until nothing more comes. */
export async function catchUp(
  server: Served<typeof StockService>,
  peer: PeerStream<unknown>,
  hasAll: () => boolean,
): Promise<void> {
  peer.resume();
  let { length } = peer.received;
  for (let quiet = 0; quiet < QUIET_ROUNDS && !hasAll(); quiet++) {
    await server.barrier();
    if (peer.received.length > length) quiet = 0;
    length = peer.received.length;
  }
  await server.barrier(ROUNDS);
}
