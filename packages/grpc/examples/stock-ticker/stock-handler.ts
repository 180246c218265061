import { status } from '@grpc/grpc-js';
import {
  createServiceHandler,
  createUnaryHandler,
  decodeRequest,
  encodeResponse,
  type GrpcHandler,
  StatusError,
} from '../../src/index.ts';
import type { Clock, Random } from '../clock.ts';
import {
  GetPriceRequestSchema,
  StockPriceSchema,
  StreamMultiplePricesRequestSchema,
  StreamPricesRequestSchema,
} from '../gen/stock/v1/stock_pb.ts';

const basePrices: Record<string, number> = { AAPL: 150, GOOGL: 140, MSFT: 380, TSLA: 250 };

/** Creates the handler of `stock.v1.StockService`. */
export function createStockHandler({ clock, random }: { clock: Clock; random: Random }): GrpcHandler {
  /** Up to 2 above or below the base, and a little more with each round. */
  const quote = (symbol: string, sequence: number, drift: number) => {
    const price = (basePrices[symbol] ?? 100) + (random() * 4 - 2) + drift;
    return { symbol, price: Math.round(price * 100) / 100, timestampMs: BigInt(clock.now()), sequence };
  };

  return createServiceHandler({
    GetPrice: createUnaryHandler(
      'GetPrice',
      ({ symbol }) => quote(symbol ?? 'AAPL', 0, 0),
      GetPriceRequestSchema,
      StockPriceSchema,
    ),
    StreamPrices: {
      async *handleServerStream(request, { signal }) {
        const { symbol = 'AAPL', count = 10 } = decodeRequest(StreamPricesRequestSchema, request);
        requireWithin('count', count, 10_000);
        for (let i = 0; i < count; i++) {
          if (i > 0) await clock.sleep(100, signal);
          yield encodeResponse(StockPriceSchema, quote(symbol, i + 1, 0.1 * i));
        }
      },
    },
    StreamMultiplePrices: {
      async *handleServerStream(request, { signal }) {
        const { symbols, durationSeconds = 5 } = decodeRequest(StreamMultiplePricesRequestSchema, request);
        requireWithin('duration_seconds', durationSeconds, 3600);
        const end = clock.now() + durationSeconds * 1000;
        for (let round = 0; clock.now() < end; round++) {
          for (const symbol of symbols) {
            yield encodeResponse(StockPriceSchema, quote(symbol, round, 0.05 * round));
          }
          await clock.sleep(500, signal);
        }
      },
    },
  });
}

function requireWithin(field: string, value: number, max: number): void {
  if (value >= 0 && value <= max) return;
  throw new StatusError(status.INVALID_ARGUMENT, `invalid ${field}: expected 0 to ${max}, got ${value}`);
}
