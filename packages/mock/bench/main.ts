import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, encode } from './clients.ts';
import { large } from './servers.ts';

const quick = process.argv.includes('--quick');
const rounds = quick ? 3 : 7;
const scale = quick ? 0.3 : 1;
const children: ChildProcess[] = [];

async function start(...args: string[]): Promise<{ child: ChildProcess; answer: number }> {
  const child = fork(new URL('peer.ts', import.meta.url), args);
  child.on('exit', (code) => {
    if (code) throw new Error(`${args.join(' ')} exited with code ${code}`);
  });
  children.push(child);
  return { child, answer: await receive(child) };
}

async function receive<T>(child: ChildProcess): Promise<T> {
  const [value] = await once(child, 'message');
  return value;
}

async function ask<T>(child: ChildProcess, question: string | object): Promise<T> {
  const answer = receive<T>(child);
  child.send(question);
  return answer;
}

function stop(): void {
  for (const child of children.splice(0)) child.kill();
}

function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

async function measureThroughput(): Promise<void> {
  console.log(
    `against the same server written by hand with grpc-js and Protobuf-ES, medians of ${rounds} alternated rounds`,
  );
  const counts = { 'unary, 1 at a time': 3_000, 'unary, 50 at a time': 12_000, 'server streaming': 100_000 };
  for (const [task, full] of Object.entries(counts)) {
    const count = task === 'server streaming' ? full : Math.ceil(full * scale);
    const [mock, hand] = [await startContender('mock'), await startContender('hand-written')];
    for (let round = -4; round < rounds; round++) {
      for (const contender of round % 2 ? [mock, hand] : [hand, mock]) {
        const cpuBefore = await ask<number>(contender.server, 'cpu');
        const rate = count / (await ask<number>(contender.client, { task, count }));
        const cpu = ((await ask<number>(contender.server, 'cpu')) - cpuBefore) / count;
        if (round >= 0) contender.results.push({ rate, cpu });
      }
    }
    const ratioOf = (key: 'rate' | 'cpu') =>
      quantile(
        mock.results.map((own, round) => own[key] / (hand.results[round]?.[key] ?? Number.NaN)),
        0.5,
      ).toFixed(2);
    const rates = [mock, hand].map(({ results }) =>
      Math.round(
        quantile(
          results.map(({ rate }) => rate),
          0.5,
        ),
      ).toLocaleString('en'),
    );
    const cpus = [mock, hand].map(({ results }) =>
      quantile(
        results.map(({ cpu }) => cpu),
        0.5,
      ).toFixed(1),
    );
    console.log(
      `  ${task}: ${rates.join(' and ')} per second, ${ratioOf('rate')}x; ${cpus.join(' and ')} µs of the server's CPU, ${ratioOf('cpu')}x`,
    );
    stop();
  }
}

async function startContender(name: string) {
  const { child: server, answer: port } = await start('server', name);
  const { child: client } = await start('client', '', String(port));
  return { server, client, results: [] as { rate: number; cpu: number }[] };
}

async function measureRules(): Promise<void> {
  for (const rules of [1, 100, 10_000]) {
    const { answer: port } = await start('server', `rules-${rules}`);
    const { child } = await start('client', '', String(port));
    const count = Math.ceil(8_000 * scale);
    await ask(child, { task: 'rules', rules, count: 2_000 });
    const latencies = await ask<number[]>(child, { task: 'rules', rules, count });
    const [median, p99] = [quantile(latencies, 0.5), quantile(latencies, 0.99)];
    console.log(
      `reply with ${rules} rules: ${median.toFixed(3)} ms at the median, ${p99.toFixed(3)} ms at p99`,
    );
    stop();
  }
}

async function measureTimeline(): Promise<void> {
  for (const streams of [10, 100, 1_000]) {
    const { child: server, answer: port } = await start('server', 'timeline');
    const { child: client } = await start('client', 'many', String(port));
    await ask(client, { task: 'watch', count: streams });
    await ask(server, 'reset');
    const stopBareTimer = watchBareTimer();
    for (let round = 0; round < rounds; round++) await ask(client, { task: 'watch', count: streams });
    const bare = stopBareTimer();
    const late = await ask<number[]>(server, 'lateness');
    const show = (values: number[]) =>
      `${quantile(values, 0.5).toFixed(2)} ms at the median, ${quantile(values, 0.99).toFixed(2)} ms at p99`;
    const rate = (streams * 5).toLocaleString('en');
    console.log(
      `timeline error, ${streams} streams, ${rate} messages/s: ${show(late)}; of a bare timer elsewhere: ${show(bare)}`,
    );
    stop();
  }
}

/** How late timers are in a process that has nothing else to do: what the machine adds to every measurement. */
function watchBareTimer(): () => number[] {
  const late: number[] = [];
  let due = performance.now() + 10;
  const timer = setInterval(() => {
    late.push(Math.max(0, performance.now() - due));
    due = performance.now() + 10;
  }, 10);
  return () => {
    clearInterval(timer);
    return late;
  };
}

/** From the start of the command to its first reply. */
async function measureStart(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'streamlings-mock-'));
  writeFileSync(join(folder, 'bench.v1.BenchService.Ask.jsonl'), '{"dir":"out","text":{"content":"hi"}}\n');
  const bin = new URL('../bin/streamlings-mock.js', import.meta.url).pathname;
  const proto = new URL('proto', import.meta.url).pathname;
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    const child = spawn(process.execPath, [bin, '--proto', proto, '--scenarios', folder, '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const { value } = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
    const client = connect(Number(/:(\d+),/.exec(String(value))?.[1]));
    const { promise, resolve } = Promise.withResolvers<void>();
    const same = (bytes: Buffer) => bytes;
    client.makeUnaryRequest('/bench.v1.BenchService/Ask', same, same, encode({}), () => resolve());
    await promise;
    times.push(performance.now() - started);
    client.close();
    child.kill();
  }
  rmSync(folder, { recursive: true });
  console.log(
    `from the start of the command to the first reply: ${quantile(times, 0.5).toFixed(0)} ms at the median`,
  );
}

async function measureStalledReader(): Promise<void> {
  const { child: server, answer: port } = await start('server', 'stalled');
  const { child: client } = await start('client', '', String(port));
  const task = (name: string) => ({ task: name, count: 0 });
  // A heap that has seen the whole stream once does not grow for having been small.
  await ask(client, task('stall'));
  await ask(client, task('go on'));
  const before = [await ask<number>(server, 'memory'), await ask<number>(client, task('memory'))];
  await ask(client, task('stall'));
  // Long enough for everything that would pile up in a second to pile up.
  await sleep(quick ? 500 : 3_000);
  const stalled = [await ask<number>(server, 'memory'), await ask<number>(client, task('memory'))];
  const [extra = 0, extraClient = 0] = stalled.map(
    (bytes, index) => (bytes - (before[index] ?? 0)) / 1024 ** 2,
  );
  const received = await ask<number>(client, task('go on'));
  if (received !== large.count) throw new Error(`expected ${large.count} messages, got ${received}`);
  console.log(
    `a reader that stalls in a stream of 1 GiB: ${extra.toFixed(1)} MiB of extra memory, and ${extraClient.toFixed(1)} MiB in the client`,
  );
}

try {
  await measureThroughput();
  await measureRules();
  await measureTimeline();
  await measureStart();
  await measureStalledReader();
} finally {
  stop();
}
