import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, runTool } from './run-tool.ts';

const args = process.argv.slice(2);
const end = args.indexOf('--');
const flags = end === -1 ? args : args.slice(0, end);
const rest = end === -1 ? [] : args.slice(end);

// A negative filter beside a positive one selects nothing and succeeds, so these are added only to a bare command.
const isFiltered = flags.some((flag) => flag.startsWith('--filter') || flag.startsWith('-F'));
const work = ['lessons', 'workshops'].filter((folder) => existsSync(join(root, folder)));
const filters = isFiltered ? [] : work.map((folder) => `--filter=!./${folder}/*`);
const color = process.stdout.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: '1' } : {};

process.exitCode = await runTool(
  'turbo',
  ['run', 'test', '--log-prefix=none', '--concurrency=2', '--env-mode=loose', ...filters, ...flags, ...rest],
  { env: { ...color, TURBO_TELEMETRY_DISABLED: '1' } },
);
