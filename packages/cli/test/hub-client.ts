import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type Client, createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { HubService } from '@streamlings/proto/streamlings/hub/v1/hub';

const bin = resolve(import.meta.dirname, '../bin/streamlings.js');

/** A hub in a process of its own, and a client that has its key. */
export interface HubClient extends AsyncDisposable {
  hub: Client<typeof HubService>;
  child: ChildProcess;
  /** Resolves with the exit code and the signal. */
  ended: Promise<unknown[]>;
}

/** Serves the course in `root` as `streamlings start --serve` does. */
export async function openHubClient(root: string, env: NodeJS.ProcessEnv = {}): Promise<HubClient> {
  const child = spawn(process.execPath, [bin, 'start', '--serve', '--no-open', '--port', '0'], {
    env: { ...process.env, ...env, STREAMLINGS_ROOT: root },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const [line] = await once(createInterface(child.stdout), 'line');
  const url = new URL(/http:\S+/.exec(line)?.[0] ?? '');
  const cookie = `streamlings-${url.port}=${url.searchParams.get('key')}`;
  const transport = createConnectTransport({
    baseUrl: `${url.origin}/rpc`,
    httpVersion: '1.1',
    interceptors: [
      (next) => (request) => {
        request.header.set('cookie', cookie);
        return next(request);
      },
    ],
  });
  return {
    hub: createClient(HubService, transport),
    child,
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await ended;
    },
  };
}
