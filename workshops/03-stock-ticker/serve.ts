import type { Load } from '@streamlings/grading';
import { type Hosted, host } from '@streamlings/grading/demo';
import { StockService } from '@streamlings/proto/streamlings/stock/v1/stock';
import { layCable } from './cable.ts';
import type { Exercise } from './checks.ts';
import { openMarket } from './market.ts';

const TICK_MS = 250;
const REPORT_MS = 1000;
/** Trades that the journal keeps: those of less than half a minute. */
const KEPT = 100;

/** Serves the servers of `src` on an exchange that trades four times a second. The Enter key cuts the line. */
export async function serve({ prices, follow, trades }: Load<Exercise>): Promise<Hosted> {
  const { floor, tick } = openMarket(Math.random, { capacity: KEPT, session: Date.now().toString(36) });
  const parts = await Promise.all([prices(), follow(), trades()]);
  const handlers = Object.assign({}, ...parts.map((part) => part.handlers(floor)));
  const { services, address } = await host([StockService, handlers]);
  const cable = await layCable(address);
  setInterval(tick, TICK_MS);
  let last = '';
  setInterval(() => {
    const now = `  listeners: ${floor.listeners}; readings that wait for the journal: ${floor.journal.waiting}`;
    if (now !== last) console.log(now);
    last = now;
  }, REPORT_MS);
  process.stdin.on('data', () => {
    console.log(`  connections that are cut: ${cable.open}`);
    cable.cut();
  });
  console.log('Enter cuts the line');
  return { services, address: cable.address };
}
