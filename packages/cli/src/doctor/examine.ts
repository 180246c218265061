import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { access, constants, mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stateFolder } from '@streamlings/course';
import { choosePolling, readMounts } from '../engine/choose-polling.ts';

/** One thing that was looked at. */
export interface Finding {
  subject: string;
  /** A `note` is no obstacle, and worth knowing. */
  state: 'fine' | 'note' | 'wrong';
  /** What was found, in a few words. */
  found: string;
  /** What to do about it, as a sentence; empty where nothing is to be done. */
  advice: string;
}

const MIN_NODE = [22, 18];
const MIN_FREE_BYTES = 500 * 2 ** 20;

/** Looks at everything outside the course that it needs. */
export async function examine(root: string, env: NodeJS.ProcessEnv): Promise<Finding[]> {
  return Promise.all([
    examineNode(process.versions.node),
    examinePnpm(env.npm_config_user_agent),
    examineGit(root),
    examineWriting(root),
    examineDisk(root),
    examineLoopback(),
    examineWatching(root, env),
    examineProxy(env),
  ]);
}

/** Judges the version of Node that runs the course. */
export function examineNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [minMajor = 0, minMinor = 0] = MIN_NODE;
  if (major > minMajor || (major === minMajor && minor >= minMinor)) return fine('Node', version);
  const advice = 'Run the command by `npx --yes pnpm@12.18.0`, which brings the right Node along.';
  return wrong('Node', `${version}, and the course needs ${MIN_NODE.join('.')}`, advice);
}

/** Judges the package manager by what it says of itself. */
export function examinePnpm(userAgent: string | undefined): Finding {
  const [, version] = /\bpnpm\/(\S+)/.exec(userAgent ?? '') ?? [];
  if (version) return fine('pnpm', version);
  return note('pnpm', 'not in between', 'Commands begin with `pnpm`, or with `npx --yes pnpm@12.18.0`.');
}

async function examineGit(root: string): Promise<Finding> {
  try {
    const { stdout } = await promisify(execFile)('git', ['--version'], { cwd: root });
    return fine('Git', stdout.trim().replace('git version ', ''));
  } catch {
    return note('Git', 'not found', 'Install Git: `streamlings update` needs it.');
  }
}

async function examineWriting(root: string): Promise<Finding> {
  const folder = stateFolder(root);
  const probe = join(folder, `doctor-${crypto.randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, '');
    await rm(probe);
    await access(join(root, 'lessons'), constants.W_OK);
    return fine('Writing', `in \`${root}\``);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return wrong('Writing', `not in \`${root}\` (${code})`, 'Clone the course into a folder that is yours.');
  }
}

async function examineDisk(root: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(root);
  const free = bavail * bsize;
  const found = `${(free / 2 ** 30).toFixed(1)} GiB free`;
  return free >= MIN_FREE_BYTES ? fine('Disk', found) : wrong('Disk', found, 'Make room for 500 MiB.');
}

/** Listens on the loopback interface and calls itself, as every check does. */
async function examineLoopback(): Promise<Finding> {
  const server = createServer((socket) => socket.end('hello'));
  try {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as { port: number };
    const socket = connect({ host: '127.0.0.1', port, timeout: 2000 });
    socket.once('timeout', () => socket.destroy(new Error('no answer')));
    await once(socket, 'data');
    return fine('Ports', 'a server on 127.0.0.1 answers');
  } catch (error) {
    const advice = 'Let your firewall or sandbox allow connections to 127.0.0.1.';
    return wrong('Ports', `a server on 127.0.0.1 does not answer (${(error as Error).message})`, advice);
  } finally {
    server.close();
  }
}

async function examineWatching(root: string, env: NodeJS.ProcessEnv): Promise<Finding> {
  const reason = choosePolling(root, env, await readMounts());
  if (!reason) return fine('Watching', 'saves are reported at once');
  const isWindows = /^\/mnt\/[a-z](\/|$)/.test(root);
  const advice = isWindows
    ? 'Clone the course into your Linux home folder: everything is several times faster there.'
    : 'Nothing to do; a save is noticed a little later.';
  return note('Watching', `by polling (${reason})`, advice);
}

/** Judges the proxy that the environment names. */
export function examineProxy(env: NodeJS.ProcessEnv): Finding {
  const name = ['grpc_proxy', 'https_proxy', 'http_proxy'].find((each) => env[each]);
  if (!name) return fine('Proxy', 'none');
  const advice =
    'The course goes past it to 127.0.0.1; a gRPC program of your own does so with `no_grpc_proxy=127.0.0.1`.';
  return note('Proxy', `\`${name}\` is set`, advice);
}

const fine = (subject: string, found: string): Finding => ({ subject, state: 'fine', found, advice: '' });
const note = (subject: string, found: string, advice: string): Finding => ({
  subject,
  state: 'note',
  found,
  advice,
});
const wrong = (subject: string, found: string, advice: string): Finding => ({
  subject,
  state: 'wrong',
  found,
  advice,
});
