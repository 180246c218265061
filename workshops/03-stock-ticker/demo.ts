import {
  type ClientDuplexStream,
  type ClientReadableStream,
  credentials,
  Server,
  ServerCredentials,
  status,
} from '@grpc/grpc-js';
import type { Load } from '@streamlings/grading';
import { watchWire } from '@streamlings/grading/demo';
import { createWorld } from '@streamlings/grading/world';
import { createClient, createServiceDefinition, type ServiceHandlers } from '@streamlings/grpc';
import { StockService, type Trade } from '@streamlings/proto/streamlings/stock/v1/stock';
import { layCable } from './cable.ts';
import type { Exercise } from './checks.ts';
import { openMarket } from './market.ts';

/** Longer than anything here takes, so that a call that hangs shows up as DEADLINE_EXCEEDED. */
const PATIENCE_MS = 3000;
const BURST = 20_000;

/** Runs the four files of an exercise and prints what comes back; of the client the frames, too. */
export async function demo(exercise: Load<Exercise>): Promise<void> {
  const [prices, follow, trades, client] = await Promise.all([
    exercise.prices(),
    exercise.follow(),
    exercise.trades(),
    exercise.client(),
  ]);
  const { world, controls } = createWorld();
  const { floor, tick } = openMarket(() => world.random.next());
  const handlers = { ...prices.handlers(floor), ...follow.handlers(floor), ...trades.handlers(floor) };
  await using server = await serve(handlers);
  const options = () => ({ deadline: Date.now() + PATIENCE_MS });

  console.log('src/prices.ts: a client that reads ADA and LIN, while ten shares are traded');
  {
    const seen = read(server.client.streamPrices({ symbols: ['ADA', 'LIN'] }, options()), describe);
    await seen.quiet();
    for (let i = 0; i < 10; i++) {
      tick();
      await seen.quiet(5);
    }
    print(seen.heard);
    const ended = await seen.leave();
    await untilQuiet(() => floor.listeners);
    console.log(`  ${ended}; listeners left: ${floor.listeners}`);
  }

  console.log(`src/prices.ts: a client that stands still, while ${BURST} are`);
  {
    const seen = read(server.client.streamPrices({}, options()), describe);
    await seen.quiet();
    seen.call.pause();
    for (let i = 0; i < BURST; i++) {
      tick();
      if (i % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const before = seen.heard.length;
    seen.call.resume();
    await seen.quiet();
    console.log(`  it reads on and hears of ${seen.heard.length - before} trades, in the end of`);
    print(seen.heard.slice(-4));
    console.log(`  the exchange is at #${floor.journal.latest}`);
    await seen.leave();
  }

  console.log('src/follow.ts: follow ADA; follow XXX and LIN; unfollow ADA');
  {
    const call = server.client.followPrices(options());
    const seen = read(call, ({ event }) =>
      event.case === 'trade' ? describe(event.value) : `${event.case} ${event.value}`,
    );
    for (const changes of [
      [['follow', 'ADA']],
      [
        ['follow', 'XXX'],
        ['follow', 'LIN'],
      ],
      [['unfollow', 'ADA']],
    ] as const) {
      for (const [what, value] of changes) call.write({ change: { case: what, value } });
      await seen.quiet();
      for (let i = 0; i < 5; i++) tick();
      await seen.quiet();
    }
    print(seen.heard);
    const ended = await seen.leave();
    await untilQuiet(() => floor.listeners);
    console.log(`  ${ended}; listeners left: ${floor.listeners}`);
  }

  console.log('src/client.ts and src/trades.ts: a book of ADA, the line is cut twice, ten trades each time');
  {
    const wire = await watchWire(StockService, server.address);
    const cable = await layCable(wire.address);
    const leaving = new AbortController();
    const book: string[] = [];
    const kept = client
      .keepBook(
        cable.address,
        ['ADA'],
        {
          onTrade: (trade) => book.push(describe(trade)),
          onGap: () => book.push('a gap'),
        },
        { clock: world.clock, signal: leaving.signal },
      )
      .then(
        () => 'resolves',
        (error: Error) => `rejects: ${error.message}`,
      );
    for (let cuts = 0; cuts <= 2; cuts++) {
      if (cuts > 0) cable.cut();
      await untilQuiet(() => book.length);
      for (let i = 0; i < 10; i++) tick();
      await controls.clock.advance(1000);
      await untilQuiet(() => book.length);
    }
    print(book);
    leaving.abort();
    console.log(`  keepBook ${await Promise.race([kept, untilQuiet(() => 0).then(() => 'does not end')])}`);
    cable.close();
    await wire.close();
  }
}

function describe({ symbol, priceCents, sequence }: Trade): string {
  return `${symbol} #${sequence} ${(Number(priceCents) / 100).toFixed(2)}`;
}

function print(lines: readonly string[]): void {
  for (const line of lines) console.log(`  ${line}`);
}

async function serve(handlers: Partial<ServiceHandlers<typeof StockService>>) {
  const server = new Server();
  server.addService(createServiceDefinition(StockService), { ...handlers });
  const address = await new Promise<string>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(`127.0.0.1:${port}`),
    );
  });
  const client = createClient(StockService, address, credentials.createInsecure());
  const close = async () => {
    client.close();
    server.forceShutdown();
  };
  return { address, client, [Symbol.asyncDispose]: close };
}

/** Collects what a call tells, in words. */
function read<T>(
  call: ClientReadableStream<T> | ClientDuplexStream<unknown, T>,
  tell: (message: T) => string,
) {
  const heard: string[] = [];
  call.on('data', (message: T) => heard.push(tell(message)));
  call.on('error', () => {});
  const ended = new Promise<string>((resolve) => {
    call.on('status', ({ code, details }) => resolve(`status ${code} ${status[code]}: ${details}`));
  });
  const quiet = (turns?: number) => Promise.race([untilQuiet(() => heard.length, turns), ended]);
  const leave = () => {
    call.cancel();
    return ended;
  };
  return { call, heard, quiet, leave };
}

/** Waits until a number has stayed the same for many turns of the event loop. */
async function untilQuiet(count: () => number, turns = 50): Promise<void> {
  let last = count();
  for (let quiet = 0; quiet < turns; quiet++) {
    // A turn with a timer in it leaves the sockets the time that they need.
    await new Promise((resolve) => setTimeout(resolve, 1));
    if (count() !== last) quiet = 0;
    last = count();
  }
}
