import { fileURLToPath } from 'node:url';
import { createVitest, type Reporter } from 'vitest/node';
import { openChannel, tell } from './channel.ts';
import { REQUEST_CHANNEL, type RunRequest } from './run-request.ts';
import { TAP_CHANNEL, type TapReply } from './taps.ts';

/** What the supervisor hears over the IPC channel: that a run can start, then how much memory the process uses. */
export type Heartbeat = { armed: true } | { rssBytes: number };

const HEARTBEAT_MS = 100;
const entry = fileURLToPath(new URL('./entry.ts', import.meta.url));
const [checks] = process.argv.slice(2);
if (checks === undefined) throw new Error('the path of checks.ts is missing');

let problems: string[] = [];
const reporter: Reporter = {
  onTestModuleEnd: (module) => {
    problems.push(...module.errors().map((error) => error.stack ?? error.message));
  },
  onTestRunEnd: (_modules, unhandled) => {
    problems.push(...unhandled.map((error) => error.stack ?? error.message));
  },
};

process.on('disconnect', () => process.exit());
process.on('uncaughtException', () => {});
process.on('unhandledRejection', () => {});

const vitest = await createVitest(
  {
    config: false,
    watch: false,
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['entry.ts'],
    pool: 'threads',
    maxWorkers: 1,
    fileParallelism: false,
    reporters: [reporter],
    disableConsoleIntercept: true,
    dangerouslyIgnoreUnhandledErrors: true,
    passWithNoTests: true,
    experimental: { viteModuleRunner: false },
  },
  { server: { watch: null } },
);
await vitest.standalone();
const project = vitest.getRootProject();
project.provide('checks', checks);

const channel = new BroadcastChannel(REQUEST_CHANNEL);
const taps = new BroadcastChannel(TAP_CHANNEL);
let armed: PromiseWithResolvers<void>;
let requested: PromiseWithResolvers<RunRequest>;
channel.onmessage = () => armed.resolve();
process.on('message', (message: RunRequest | TapReply) => {
  if ('request' in message) taps.postMessage(message);
  else requested.resolve(message);
});

for (;;) {
  problems = [];
  armed = Promise.withResolvers();
  requested = Promise.withResolvers();
  vitest.invalidateFile(entry);
  const run = vitest.runTestSpecifications([project.createSpecification(entry)]).catch((error: unknown) => {
    problems.push(String(error));
  });
  // A checks.ts that cannot be loaded ends the run before it is armed; the request then gets the reason.
  await Promise.race([armed.promise, run]);
  process.send?.({ armed: true } satisfies Heartbeat);
  const request = await requested.promise;
  openChannel(request.token);
  const heartbeat = setInterval(() => {
    process.send?.({ rssBytes: process.memoryUsage.rss() } satisfies Heartbeat);
  }, HEARTBEAT_MS);
  channel.postMessage(request);
  await run;
  clearInterval(heartbeat);
  tell({ kind: 'done', problems });
}
