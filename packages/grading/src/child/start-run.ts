import { dirname } from 'node:path';
import { inspect } from 'node:util';
import { openChannel, tell } from './channel.ts';
import { installCrashWatch } from './crashes.ts';
import { installImportGuard } from './import-guard.ts';
import { installLeakWatch } from './leaks.ts';
import type { RunRequest } from './run-request.ts';
import { sealFoundations } from './tampering.ts';

const MAX_OUTPUT_LENGTH = 64 * 1024;

/** Prepares this thread for a run: the pipe, the watches, and the learner's console. */
export function startRun(run: RunRequest): void {
  openChannel(run.token);
  // The pipe is open; nothing that is loaded from here on needs to know the token.
  run.token = '';
  const files = Object.values(run.files);
  installCrashWatch();
  const folders = [...new Set(files.map((file) => dirname(file)))];
  installLeakWatch(folders);
  installImportGuard(files, folders);
  redirectConsole();
  sealFoundations();
}

/** Sends what the learner prints through the pipe at once, where it keeps its place among the events. */
function redirectConsole(): void {
  let left = MAX_OUTPUT_LENGTH;
  const print = (...values: unknown[]): void => {
    if (left <= 0) return;
    const text = values
      .map((value) => (typeof value === 'string' ? value : inspect(value)))
      .join(' ')
      .slice(0, left);
    left -= text.length;
    tell({ kind: 'output', text });
    if (left <= 0)
      tell({ kind: 'output', text: `(more than ${MAX_OUTPUT_LENGTH} characters; the rest is left out)` });
  };
  for (const method of ['log', 'info', 'debug', 'warn', 'error', 'trace', 'dir'] as const)
    console[method] = print;
}
