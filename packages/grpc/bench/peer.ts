import { contenders } from './contenders.ts';
import { stalledClient, stalledServer } from './stalled-reader.ts';
import { workloads } from './workloads.ts';

/** A child of `main.ts`: the server or the client of one contender. */
const [role, name, port] = process.argv.slice(2);

if (role === 'stalled-server') {
  await stalledServer();
} else if (role === 'stalled-client') {
  await stalledClient(Number(port));
} else {
  const contender = contenders.find((candidate) => candidate.name === name);
  if (!contender) throw new Error(`no contender is called ${name}`);
  if (role === 'server') {
    process.send?.(await contender.serve());
  } else {
    const client = contender.connect(Number(port));
    process.on('message', async ({ workload, count }: { workload: string; count: number }) => {
      const run = workloads.find((candidate) => candidate.name === workload)?.run;
      const start = performance.now();
      await run?.(client, count);
      process.send?.((performance.now() - start) / 1000);
    });
  }
}
