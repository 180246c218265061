import { setTimeout as sleep } from 'node:timers/promises';
import { exemptLoopback } from '@streamlings/grading/loopback';
import { createWorld } from '@streamlings/grading/world';
import { Severity } from '@streamlings/proto/streamlings/logs/v1/logs';
import { ship } from './src/shipper.ts';

// Ships numbered entries to the port that is given, some hundred a second, and prints how far it is.
Object.assign(process.env, exemptLoopback(process.env));
const [port = '', countText = '5000'] = process.argv.slice(2);
const count = Number(countText);
if (!/^\d{1,5}$/.test(port) || !Number.isInteger(count)) {
  console.error('Give a port, and perhaps a number of entries: `pnpm --filter workshop-04 ship 50051 5000`.');
  process.exit(2);
}

let taken = 0;
async function* entries() {
  while (taken < count) {
    if (taken % 5 === 0) await sleep(10);
    const severity = taken % 100 === 99 ? Severity.ERROR : Severity.INFO;
    const time = { seconds: BigInt(Math.floor(Date.now() / 1000)), nanos: 0 };
    yield { time, severity, source: 'ship', text: `entry ${++taken}`, durationMs: taken % 7 };
  }
}

const { world } = createWorld();
const clock: typeof world.clock = {
  ...world.clock,
  now: () => Date.now(),
  sleep: async (ms, options) => {
    console.log(`the server is away; the next attempt is in ${ms} ms`);
    await sleep(ms, undefined, options);
  },
};
const progress = setInterval(() => console.log(`${taken} of ${count} entries taken`), 1000);
try {
  const { stored, duplicates, rejected } = await ship(`127.0.0.1:${port}`, entries(), { ...world, clock });
  console.log(`batches stored: ${stored}, known already: ${duplicates}, rejected: ${rejected.length}`);
} finally {
  clearInterval(progress);
}
