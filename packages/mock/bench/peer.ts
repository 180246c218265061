import { askRules, connect, stall, watchMany, workloads } from './clients.ts';
import { servers } from './servers.ts';

/** A child of `main.ts`: a server by its name, or a client of one. */
const [role, name = '', port = ''] = process.argv.slice(2);
const report = (value: unknown) => process.send?.(value);

if (role === 'server') {
  process.on('message', (question) => {
    if (question === 'memory') report(process.memoryUsage.rss());
    if (question === 'cpu') report(process.cpuUsage().user + process.cpuUsage().system);
  });
  report(await servers[name]?.());
} else {
  const client = connect(Number(port), name === 'many' ? { 'grpc-node.flow_control_window': 65_535 } : {});
  let stalled: ReturnType<typeof stall> | undefined;
  process.on('message', async ({ task, count, rules }: { task: string; count: number; rules: number }) => {
    if (task === 'rules') report(await askRules(client, rules, count));
    else if (task === 'watch') {
      await watchMany(client, count);
      report(0);
    } else if (task === 'stall') {
      stalled = stall(client);
      await stalled.first;
      report(process.memoryUsage.rss());
    } else if (task === 'memory') report(process.memoryUsage.rss());
    else if (task === 'go on') report(await stalled?.goOn());
    else report(await workloads[task]?.(client, count));
  });
  report(0);
}
