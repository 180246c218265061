import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { ChildLine } from '../child/channel.ts';
import type { Heartbeat } from '../child/main.ts';
import type { RunRequest } from '../child/run-request.ts';
import type { TapReply } from '../child/taps.ts';
import { exemptLoopback } from '../loopback.ts';
import { leashGroup, ownGroup } from '../process-group.ts';

const main = fileURLToPath(new URL('../child/main.ts', import.meta.url));

/** A process that can run checks, one run after the other, in a process group of its own. */
export class GradingChild {
  /** The folder it runs in. */
  readonly folder: string;
  /** The checks.ts it has loaded. */
  readonly checks: string;
  readonly #checksChangedMs: number;
  /** Resolves with a sentence when the process has ended. */
  readonly ended: Promise<string>;
  /** Called for each line of the run. */
  onLine: (line: ChildLine) => void = () => {};
  /** Called about ten times a second while a run goes on. */
  onHeartbeat: (rssBytes: number) => void = () => {};
  /** What the process wrote to its standard error, at most the last 4 KiB. */
  errorOutput = '';
  readonly #process: ChildProcess;
  #token: string | undefined;
  #armed = Promise.withResolvers<void>();
  /** Ends the process and everything it has started. */
  readonly kill: () => Promise<void>;

  constructor(folder: string, checks: string) {
    this.folder = folder;
    this.checks = checks;
    this.#checksChangedMs = changeTimeOf(checks);
    this.#process = spawn(process.execPath, [main, checks], {
      cwd: folder,
      ...ownGroup,
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...exemptLoopback(process.env),
        NODE_OPTIONS: '',
        NODE_NO_WARNINGS: '1',
        VITEST: undefined,
        NODE_ENV: 'test',
      },
    });
    const ended = Promise.withResolvers<string>();
    this.ended = ended.promise;
    this.#armed.promise.catch(() => {});
    this.#process.on('message', (message: Heartbeat) => {
      if ('armed' in message) this.#armed.resolve();
      else this.onHeartbeat(message.rssBytes);
    });
    this.#process.on('error', (error) => ended.resolve(`it could not be started: ${error.message}`));
    this.#process.on('close', (code, signal) => {
      ended.resolve(signal ? `it was ended by ${signal}` : `it exited with code ${code}`);
      this.#armed.reject(new Error(`the grading process did not start: ${this.errorOutput || code}`));
    });
    this.#process.stderr?.on('data', (chunk: Buffer) => {
      this.errorOutput = (this.errorOutput + chunk.toString()).slice(-4096);
    });
    createInterface({ input: this.#process.stdio[3] as Readable }).on('line', (text) => this.#read(text));
    this.kill = leashGroup(this.#process);
  }

  /** Whether the process can run the checks of a workspace as they are now. */
  serves(folder: string, checks: string): boolean {
    const alive = this.#process.exitCode === null && this.#process.signalCode === null;
    return (
      alive &&
      folder === this.folder &&
      checks === this.checks &&
      changeTimeOf(checks) === this.#checksChangedMs
    );
  }

  /** Resolves when the next run can start; rejects if the process ends before. */
  ready(): Promise<void> {
    return this.#armed.promise;
  }

  /** Starts a run; its lines arrive until one of kind `done`. */
  start(request: Omit<RunRequest, 'token'>): void {
    this.#armed = Promise.withResolvers();
    this.#armed.promise.catch(() => {});
    this.#token = crypto.randomUUID();
    this.#process.send({ ...request, token: this.#token } satisfies RunRequest);
  }

  /** Answers a line that asked for something. */
  reply(reply: TapReply): void {
    if (this.#process.connected) this.#process.send(reply);
  }

  #read(text: string): void {
    const prefix = `${this.#token} `;
    if (this.#token === undefined || !text.startsWith(prefix)) return;
    this.onLine(JSON.parse(text.slice(prefix.length)) as ChildLine);
  }
}

/** When the checks were changed last, in milliseconds since 1970; a long checks.ts has files beside it. */
function changeTimeOf(checks: string): number {
  const folder = dirname(checks);
  const times = readdirSync(folder)
    .filter((name) => name.endsWith('checks.ts'))
    .map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return Math.max(0, ...times);
}
