import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** Runs a program in a folder to its end, which a watchdog brings about where the program does not. */
const run = (command: string, args: string[], options: { cwd?: string } = {}) =>
  promisify(execFile)(command, args, { ...options, timeout: 50_000, killSignal: 'SIGKILL' });
const root = dirname(import.meta.dirname);
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const files = [...readme.matchAll(/^```ts (\S+)\n(.*?)^```$/gms)].map(([, name = '', text = '']) => ({
  name,
  text,
}));
const sessions = [...readme.matchAll(/^```console\n\$ node (\S+)\n(.*?)^```$/gms)].map(
  ([, name = '', output = '']) => ({ name, output }),
);

let folder: string;
let installed: string;

/** Packs the package and installs the tarball, with links to what it depends on, beside the files of the README. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'streamlings-wire-'));
  installed = join(folder, 'node_modules/@streamlings/wire');
  mkdirSync(installed, { recursive: true });
  await pack(join(folder, 'package.tgz'));
  await run('tar', ['-xzf', join(folder, 'package.tgz'), '-C', installed, '--strip-components=1']);
  for (const dependency of ['@bufbuild/protobuf', 'protobufjs', '@types/node']) {
    mkdirSync(dirname(join(folder, 'node_modules', dependency)), { recursive: true });
    symlinkSync(join(root, 'node_modules', dependency), join(folder, 'node_modules', dependency));
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const { name, text } of files) writeFileSync(join(folder, name), text);
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Only pnpm applies `publishConfig.exports`; the one that runs the tests is at hand, else npx has or gets it. */
async function pack(tarball: string): Promise<void> {
  const { npm_execpath: runner = '' } = process.env;
  const [command = '', ...args] = basename(runner).startsWith('pnpm')
    ? pnpmCommand(runner)
    : ['npx', '--yes', 'pnpm@12.18.0'];
  await run(command, [...args, 'pack', '--out', tarball], { cwd: root });
}

function pnpmCommand(runner: string): string[] {
  return /\.[cm]?js$/.test(runner) ? [process.execPath, runner] : [runner];
}

describe('the packed package', () => {
  test.each(sessions)('runs the README: node $name', async ({ name, output }) => {
    const { stdout } = await run(process.execPath, [name], { cwd: folder });
    expect(stdout).toBe(output);
  });

  test('covers every script of the README', () => {
    expect(files.map(({ name }) => name)).toEqual(sessions.map(({ name }) => name));
  });

  test('brings the command', async () => {
    const { stdout } = await run(process.execPath, [join(installed, 'bin/streamlings-wire.js'), '--help'], {
      cwd: folder,
    });
    expect(stdout).toMatch(/^Usage: streamlings-wire/);
  });

  test('brings types that fit the README', async () => {
    const options =
      '--noEmit --strict --module nodenext --target es2024 --lib es2024,esnext.disposable --types node';
    const modern = '--allowImportingTsExtensions --erasableSyntaxOnly --skipLibCheck false';
    const scripts = sessions.map(({ name }) => name);
    const args = [...options.split(' '), ...modern.split(' '), ...scripts];
    await run(join(root, 'node_modules/.bin/tsc'), args, { cwd: folder });
  });
});
