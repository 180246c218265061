import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';

/** The folder of the repository. */
export const root: string = resolve(import.meta.dirname, '..');

const require = createRequire(import.meta.url);

/** The launchers of the tools, as paths that this Node runs on every platform. */
const launchers = {
  biome: '@biomejs/biome/bin/biome',
  buf: '@bufbuild/buf/bin/buf',
  tsc: 'typescript/bin/tsc',
  turbo: 'turbo/bin/turbo',
};

/** Runs a tool of the workspace with this Node and returns its exit code; `cwd` is the root unless given. */
export function runTool(
  tool: keyof typeof launchers,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<number> {
  const [scope, name] = splitPackage(launchers[tool]);
  const launcher = join(dirname(require.resolve(`${scope}/package.json`)), name);
  return runNode([launcher, ...args], options);
}

/** Runs this Node with arguments and returns its exit code. */
export async function runNode(
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<number> {
  const child = spawn(process.execPath, args, {
    cwd: options.cwd ?? root,
    env: { ...process.env, ...options.env },
    stdio: 'inherit',
  });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.once('error', reject);
  child.once('close', (code) => resolve(code ?? 1));
  return promise;
}

function splitPackage(path: string): [string, string] {
  const parts = path.split('/');
  const length = path.startsWith('@') ? 2 : 1;
  return [parts.slice(0, length).join('/'), parts.slice(length).join('/')];
}
