import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';

/** Runs a program in a folder to its end, which a watchdog brings about where the program does not. */
const run = (command: string, args: string[], options: { cwd?: string } = {}) =>
  promisify(execFile)(command, args, { ...options, timeout: 50_000, killSignal: 'SIGKILL' });
const root = dirname(import.meta.dirname);
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const files = [...readme.matchAll(/^```\w+ (\S+)\n(.*?)^```$/gms)].map(([, name = '', text = '']) => ({
  name,
  text,
}));
const sessions = [...readme.matchAll(/^```console\n\$ ([^\n]+)\n(.*?)^```$/gms)].map(
  ([, command = '', output = '']) => ({
    command,
    output,
  }),
);
const scripts = files.map(({ name }) => name).filter((name) => name.endsWith('.ts'));

let folder: string;

/** Packs the package and those of the workspace it depends on, and installs the tarballs with links to the rest. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'streamlings-mock-'));
  await Promise.all(['grpc', 'wire', 'mock'].map(install));
  const fromHere = createRequire(join(root, 'package.json'));
  const fromGrpc = createRequire(fromHere.resolve('@grpc/grpc-js'));
  const fromWire = createRequire(join(root, '../wire/package.json'));
  link('@grpc/proto-loader', join(dirname(fromGrpc.resolve('@grpc/proto-loader/package.json'))));
  link('protobufjs', dirname(fromWire.resolve('protobufjs/package.json')));
  for (const name of [
    '@bufbuild/protobuf',
    '@grpc/grpc-js',
    '@humanwhocodes/momoa',
    'chokidar',
    're2js',
    '@types/node',
  ])
    link(name, join(root, 'node_modules', name));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const { name, text } of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function install(name: string): Promise<void> {
  const installed = join(folder, 'node_modules/@streamlings', name);
  const tarball = join(folder, `${name}.tgz`);
  mkdirSync(installed, { recursive: true });
  await pack(join(root, '..', name), tarball);
  await run('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
}

function link(name: string, target: string): void {
  mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
  symlinkSync(target, join(folder, 'node_modules', name));
}

/** Only pnpm applies `publishConfig.exports`; the one that runs the tests is at hand, else npx has or gets it. */
async function pack(cwd: string, tarball: string): Promise<void> {
  const { npm_execpath: runner = '' } = process.env;
  const [command = '', ...args] = basename(runner).startsWith('pnpm')
    ? pnpmCommand(runner)
    : ['npx', '--yes', 'pnpm@12.18.0'];
  await run(command, [...args, 'pack', '--out', tarball], { cwd });
}

function pnpmCommand(runner: string): string[] {
  return /\.[cm]?js$/.test(runner) ? [process.execPath, runner] : [runner];
}

const bin = () => join(folder, 'node_modules/@streamlings/mock/bin/streamlings-mock.js');

/** Starts the command of the package as the README does, on a free port; returns the address. */
async function serve(): Promise<string> {
  const args = [bin(), '--proto', 'proto', '--scenarios', 'scenarios', '--port', '0'];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const { value } = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
  return /^Listening on ([^,]+),/.exec(String(value))?.[1] ?? '';
}

describe('the packed package', () => {
  test.each(sessions)('runs the README: $command', async ({ command, output }) => {
    const [name = '', ...args] = command.split(' ');
    const actual = name === 'npx' ? [bin(), ...args.slice(1)] : args;
    if (actual.includes('client.ts')) actual.push(await serve());
    const { stdout } = await run(process.execPath, actual, { cwd: folder });
    expect(stdout).toBe(output);
  });

  test('covers every script of the README', () => {
    expect(
      sessions.map(({ command }) => command.split(' ')[1]).filter((name) => name?.endsWith('.ts')),
    ).toEqual(scripts);
  });

  test('brings the descriptor of its admin service', async () => {
    const program =
      "import { MockAdminService } from '@streamlings/mock/admin'; console.log(MockAdminService.typeName);";
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: folder,
    });
    expect(stdout).toBe('streamlings.mock.v1.MockAdminService\n');
  });

  test('brings types that fit the README', async () => {
    const options = '--noEmit --module nodenext --target es2024 --lib es2024,esnext.disposable --types node';
    const modern = '--allowImportingTsExtensions --erasableSyntaxOnly --skipLibCheck false';
    await run(
      join(root, 'node_modules/.bin/tsc'),
      [...options.split(' '), ...modern.split(' '), ...scripts],
      { cwd: folder },
    );
  });
});
