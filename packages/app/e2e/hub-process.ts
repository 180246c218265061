import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const bin = resolve(import.meta.dirname, '../../cli/bin/streamlings.js');

/** A hub in a process of its own, as `pnpm start --serve` starts it. */
export interface HubProcess extends AsyncDisposable {
  /** The address with the key. */
  url: string;
  port: number;
  pid: number;
  /** Ends the hub without a chance to clear up. */
  kill(): Promise<void>;
}

/** Starts a hub that serves the course in `root`; a free port by default. */
export async function startHubProcess(root: string, port = 0): Promise<HubProcess> {
  const child = spawn(process.execPath, [bin, 'start', '--serve', '--no-open', '--port', String(port)], {
    env: { ...process.env, STREAMLINGS_ROOT: root, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await readAddress(child);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  };
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid as number,
    kill: () => end('SIGKILL'),
    [Symbol.asyncDispose]: () => end('SIGTERM'),
  };
}

async function readAddress({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error('the hub has no output');
  for await (const line of createInterface(stdout)) {
    const [address] = /http:\S+/.exec(line) ?? [];
    if (address) return address;
  }
  throw new Error('the hub has ended without an address');
}
