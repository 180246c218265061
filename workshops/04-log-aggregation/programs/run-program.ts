import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { SAYS } from './pipe.ts';

/** A program that a check has started, in a process of its own. */
export interface RunningProgram {
  /** Reads what it says next, or undefined when it is gone. */
  next(): Promise<unknown>;
  /** Kills it with SIGKILL, which no process can hear coming. */
  kill(): void;
  /** Resolves when it is gone. */
  readonly over: Promise<void>;
  /** The error that ended it, in its own words; empty where there was none. */
  readonly error: string;
}

/**
 * Starts a program of this folder. It says things in lines of JSON, through a pipe of its own; what the learner's code
 * prints is printed here. It is killed when `defer` calls back.
 */
export function runProgram(
  name: 'append' | 'fail' | 'server',
  args: Record<string, string | number>,
  defer: (cleanup: () => unknown) => void,
): RunningProgram {
  const path = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [path, JSON.stringify(args)], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' },
  });
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-4096);
  });
  const over = once(child, 'close').then(() => {});
  over.catch(() => {});
  createInterface({ input: child.stdout as Readable }).on('line', (line) => console.log(line));
  const lines = createInterface({ input: child.stdio[SAYS] as Readable })[Symbol.asyncIterator]();
  defer(() => child.kill('SIGKILL'));
  return {
    next: async () => {
      const { value, done } = await lines.next();
      return done ? undefined : JSON.parse(value);
    },
    kill: () => child.kill('SIGKILL'),
    over,
    get error() {
      return /^\w*Error: .*$/m.exec(errors)?.[0] ?? errors.trim();
    },
  };
}
