import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { exemptLoopback } from '@streamlings/grading/loopback';
import { leashGroup, ownGroup } from '@streamlings/grading/process-group';
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
    ...ownGroup,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...exemptLoopback(process.env), NODE_OPTIONS: '', NODE_NO_WARNINGS: '1', NO_COLOR: '1' },
  });
  const output = new PassThrough({ objectMode: true });
  const tell = (news: LabOutput): void => {
    // Nobody listens any more, and what the process has said meanwhile still arrives.
    if (output.writable) output.write(news);
  };
  child.on('message', tell);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => tell({ kind: 'output', text }));
  }
  const kill = leashGroup(child);
  const end = async (): Promise<void> => {
    await kill();
    output.end();
  };
  child.once('error', () => output.end());
  child.once('close', () => output.end());
  child.send(job);
  return { output, [Symbol.asyncDispose]: end };
}
