import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { workloads } from './workloads.ts';

const quick = process.argv.includes('--quick');
const rounds = quick ? 3 : 7;
const scale = quick ? 0.3 : 1;
const children: ChildProcess[] = [];

/** Starts a process of the bench and waits for its port. */
async function start(...args: string[]): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(new URL('peer.ts', import.meta.url), args);
  children.push(child);
  const [port] = await once(child, 'message');
  return { child, port };
}

async function measure(child: ChildProcess, workload: string, count: number): Promise<number> {
  const answer = once(child, 'message');
  child.send({ workload, count });
  return (await answer)[0];
}

function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return ((sorted[middle] ?? Number.NaN) + (sorted[(sorted.length - 1) >> 1] ?? Number.NaN)) / 2;
}

const server = await start('server');
const clients: [string, ChildProcess][] = [];
for (const name of ['plain', 'tap']) {
  const { port } = await start(name, String(server.port));
  clients.push([name, (await start('client', String(port))).child]);
}

console.log(`through a plain forwarding proxy and through the tap, medians of ${rounds} alternated rounds`);
for (const { name, size, count } of workloads) {
  const runs = Math.ceil(count * scale);
  const results = new Map<string, number[]>(clients.map(([contender]) => [contender, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [contender, child] of round % 2 ? clients : clients.toReversed()) {
      const milliseconds = await measure(child, name, runs);
      if (round >= 0) results.get(contender)?.push(milliseconds);
    }
  }
  const plain = results.get('plain') ?? [];
  const tap = results.get('tap') ?? [];
  const [plainMs, tapMs] = [median(plain), median(tap)];
  if (size) {
    const ratio = median(plain.map((milliseconds, round) => milliseconds / (tap[round] ?? Number.NaN)));
    const rate = (milliseconds: number) => Math.round(runs / (milliseconds / 1000)).toLocaleString('en');
    console.log(`${name}: ${rate(plainMs)} and ${rate(tapMs)} messages/s, ${ratio.toFixed(2)}x`);
  } else {
    const added = median(tap.map((milliseconds, round) => milliseconds - (plain[round] ?? Number.NaN)));
    const times = `${plainMs.toFixed(3)} and ${tapMs.toFixed(3)} ms`;
    console.log(`${name}: ${times} at the median, ${added.toFixed(3)} ms added`);
  }
}
for (const child of children) child.disconnect();
