import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { contenders } from './contenders.ts';
import { type Workload, workloads } from './workloads.ts';

const quick = process.argv.includes('--quick');
const rounds = quick ? 1 : 7;
const scale = quick ? 0.05 : 1;
const children: ChildProcess[] = [];

function start(...args: string[]): ChildProcess {
  const child = fork(new URL('peer.ts', import.meta.url), args);
  child.on('exit', (code) => {
    if (code) throw new Error(`${args.join(' ')} exited with code ${code}`);
  });
  children.push(child);
  return child;
}

function stop(): void {
  for (const child of children.splice(0)) child.kill();
}

async function receive(child: ChildProcess): Promise<number> {
  const [value] = await once(child, 'message');
  return value;
}

async function ask(child: ChildProcess | undefined, question: object = {}): Promise<number> {
  if (!child) throw new Error('there is no such child');
  child.send(question);
  return receive(child);
}

async function measureSpeed(): Promise<void> {
  const rates = new Map<string, number[]>();
  for (const workload of workloads) {
    for (const [name, rate] of await measureWorkload(workload)) rates.set(`${workload.name}/${name}`, rate);
  }
  const reference = contenders[1]?.name ?? '';
  console.log(`messages or calls per second, median of ${rounds} rounds, and of the ratio to "${reference}"`);
  console.table(
    Object.fromEntries(
      workloads.map(({ name: workload }) => [
        workload,
        Object.fromEntries(
          contenders.map(({ name }) => {
            const own = rates.get(`${workload}/${name}`) ?? [];
            const others = rates.get(`${workload}/${reference}`) ?? [];
            // Pairs of one run had the same machine; its load changes between runs.
            const ratio = median(own.map((rate, run) => rate / (others[run] ?? Number.NaN)));
            return [name, own.length ? `${Math.round(median(own))}  ×${ratio.toFixed(2)}` : ''];
          }),
        ),
      ]),
    ),
  );
}

/** Rates by contender. Every workload has its own processes, so that none inherits the heap of the one before. */
async function measureWorkload(workload: Workload): Promise<Map<string, number[]>> {
  const rates = new Map<string, number[]>();
  const clients = new Map<string, ChildProcess>();
  const entrants = contenders.filter(({ onlyFor }) => !onlyFor || onlyFor === workload.name);
  for (const { name } of entrants) {
    const port = await receive(start('server', name));
    clients.set(name, start('client', name, String(port)));
    rates.set(name, []);
  }
  for (let round = -1; round < rounds; round++) {
    const isWarmUp = round < 0;
    const count = Math.ceil(workload.count * scale);
    for (let run = 0; run < workload.runs; run++) {
      const order = (round + run) % 2 ? entrants.toReversed() : entrants;
      for (const { name } of order) {
        const seconds = await ask(clients.get(name), { workload: workload.name, count });
        if (!isWarmUp) rates.get(name)?.push(count / seconds);
      }
    }
  }
  stop();
  return rates;
}

async function measureStalledReader(): Promise<void> {
  const server = start('stalled-server');
  const port = await receive(server);
  const client = start('stalled-client', '', String(port));
  await once(client, 'spawn');
  const before = (await ask(client)) + (await ask(server));
  // Long enough for everything that would pile up in a second to pile up.
  await sleep(quick ? 200 : 2000);
  const serverStalled = await ask(server);
  const stalled = (await ask(client)) + serverStalled;
  console.log(
    `stalled reader of 1 GiB: ${mib(stalled - before)} MiB of extra memory, server and client together`,
  );
  await receive(client);
}

function mib(bytes: number): string {
  return (bytes / 1024 ** 2).toFixed(1);
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

try {
  await measureSpeed();
  await measureStalledReader();
} finally {
  stop();
}
