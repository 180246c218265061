import { execFileSync, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { exemptLoopback } from '@streamlings/grading/loopback';
import type { LabJob, LabNews } from '../lab/job.ts';

const main = fileURLToPath(new URL('../lab/main.ts', import.meta.url));

/** What comes of a lab's process: its news, and what the learner's code prints. */
export type LabOutput = LabNews | { kind: 'output'; text: string };

/** A process that makes one call of a lab, and ends. */
export interface LabProcess extends AsyncDisposable {
  /** What happens, until the process has ended. */
  output: AsyncIterable<LabOutput>;
}

/** Starts the process of a lab. Disposing of it ends it, with everything it has started. */
export function startLabProcess(job: LabJob): LabProcess {
  const child = spawn(process.execPath, [main], {
    cwd: dirname(job.start),
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...exemptLoopback(process.env), NODE_OPTIONS: '', NODE_NO_WARNINGS: '1', NO_COLOR: '1' },
  });
  const output = new PassThrough({ objectMode: true });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', resolve);
    child.once('error', () => resolve());
  });
  const tell = (news: LabOutput): void => {
    // Nobody listens any more, and what the process has said meanwhile still arrives.
    if (output.writable) output.write(news);
  };
  child.on('message', tell);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => tell({ kind: 'output', text }));
  }
  let isKilled = false;
  const killNow = (): void => {
    if (child.pid === undefined || isKilled) return;
    isKilled = true;
    try {
      if (process.platform === 'win32') execFileSync('taskkill', ['/T', '/F', '/PID', String(child.pid)]);
      else process.kill(-child.pid, 'SIGKILL');
    } catch {
      // The group is gone already.
    }
  };
  const end = async (): Promise<void> => {
    killNow();
    await ended;
    // A process that left the group may still hold the other ends.
    for (const stream of child.stdio) stream?.destroy();
    process.off('exit', killNow);
    output.end();
  };
  process.once('exit', killNow);
  child.once('error', () => output.end());
  child.once('close', () => output.end());
  child.send(job);
  return { output, [Symbol.asyncDispose]: end };
}
