import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import { StockService } from '../../examples/gen/stock/v1/stock_pb.ts';
import { createStockHandler } from '../../examples/stock-ticker/stock-handler.ts';
import { serveExample } from './example-server.ts';
import { cycle, VirtualClock } from './virtual-clock.ts';

const start = 1_700_000_000_000n;

function serveStocks(clock = new VirtualClock(), random = cycle(0.5)) {
  return serveExample(StockService, createStockHandler({ clock, random }));
}

const shown = ({ symbol, price, sequence, timestampMs }: Record<string, unknown>) =>
  `${symbol} ${price} #${sequence} +${(timestampMs as bigint) - start}`;

describe('GetPrice', () => {
  test('gives a price within 2 of the base, with two decimals', async () => {
    await using server = await serveStocks(new VirtualClock(), cycle(0, 0.75, 0.123456, 0.5));
    const client = server.connect();
    const prices: string[] = [];
    for (const symbol of ['AAPL', 'GOOGL', 'MSFT', undefined])
      prices.push(shown({ ...(await client.getPrice({ symbol })) }));
    expect(prices).toEqual(['AAPL 148 #0 +0', 'GOOGL 141 #0 +0', 'MSFT 378.49 #0 +0', 'AAPL 150 #0 +0']);
  });

  test('gives a stock it does not know a base of 100', async () => {
    await using server = await serveStocks();
    expect((await server.connect().getPrice({ symbol: 'NOPE' })).price).toBe(100);
  });
});

describe('StreamPrices', () => {
  test('sends as many prices as asked for, 100 ms apart, drifting by 0.1', async () => {
    await using server = await serveStocks();
    const prices = await Array.fromAsync(server.connect().streamPrices({ symbol: 'TSLA', count: 3 }));
    expect(prices.map((price) => shown({ ...price }))).toEqual([
      'TSLA 250 #1 +0',
      'TSLA 250.1 #2 +100',
      'TSLA 250.2 #3 +200',
    ]);
  });

  test('sends ten of AAPL unless told otherwise, and none if asked for none', async () => {
    await using server = await serveStocks();
    const prices = await Array.fromAsync(server.connect().streamPrices({}));
    expect([prices.length, prices[9]?.symbol, prices[9]?.sequence]).toEqual([10, 'AAPL', 10]);
    expect(await Array.fromAsync(server.connect().streamPrices({ count: 0 }))).toEqual([]);
  });

  test.each([-1, 10_001])('refuses the count %i', async (count) => {
    await using server = await serveStocks();
    await expect(server.connect().streamPrices({ count }).next()).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: `invalid count: expected 0 to 10000, got ${count}`,
    });
  });

  test('stops while it waits when the client leaves', async () => {
    const clock = new VirtualClock();
    clock.isStopped = true;
    const stopped = Promise.withResolvers<unknown>();
    const sleep = clock.sleep.bind(clock);
    clock.sleep = (ms, signal) => {
      const sleeping = sleep(ms, signal);
      sleeping.catch(stopped.resolve);
      return sleeping;
    };
    await using server = await serveStocks(clock);
    const prices = server.connect().streamPrices({});
    await prices.next();
    await clock.fellAsleep.promise;
    await prices.return();
    expect(await stopped.promise).toMatchObject({ code: status.CANCELLED });
  });
});

describe('StreamMultiplePrices', () => {
  test('sends all symbols every 500 ms until the time is over, drifting by 0.05', async () => {
    await using server = await serveStocks();
    const request = { symbols: ['AAPL', 'GOOGL'], durationSeconds: 1.2 };
    const prices = await Array.fromAsync(server.connect().streamMultiplePrices(request));
    expect(prices.map((price) => shown({ ...price }))).toEqual([
      'AAPL 150 #0 +0',
      'GOOGL 140 #0 +0',
      'AAPL 150.05 #1 +500',
      'GOOGL 140.05 #1 +500',
      'AAPL 150.1 #2 +1000',
      'GOOGL 140.1 #2 +1000',
    ]);
  });

  test('takes five seconds unless told otherwise', async () => {
    await using server = await serveStocks();
    expect(await Array.fromAsync(server.connect().streamMultiplePrices({ symbols: ['X'] }))).toHaveLength(10);
  });

  test.each([-1, 3601, Number.NaN])('refuses the duration %d', async (durationSeconds) => {
    await using server = await serveStocks();
    const prices = server.connect().streamMultiplePrices({ symbols: ['X'], durationSeconds });
    await expect(prices.next()).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
  });
});
