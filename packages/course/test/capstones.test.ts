import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { glob, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { courseRoot } from '../src/course-root.ts';
import { findUnits, type Unit } from '../src/discovery.ts';
import { findSolution } from '../src/states.ts';

/** The port on the pages. */
const PAGE_PORT = '50051';
/** How long a command may take, in milliseconds. */
const COMMAND_LIMIT_MS = 60_000;
/** Debian's, which has Debian's packages. */
const python = '/usr/bin/python3';
const hasPython = await promisify(execFile)(python, ['-c', 'import grpc']).then(
  () => true,
  () => false,
);

interface Command {
  line: string;
  output: RegExp;
  /** Whether the page shows no more than the beginning, of a stream that may have no end. */
  goesOn: boolean;
}

for (const unit of await findUnits(courseRoot)) {
  const commands = await readCommands(unit);
  if (unit.kind === 'workshop' && commands.length === 0) continue;
  it(`${unit.name} answers the foreign clients on its pages as they say`, { timeout: 240_000 }, async () => {
    expect(commands.length).toBeGreaterThan(0);
    await using server = await serve(unit.solution);
    for (const command of commands) {
      if (command.line.startsWith('python3') && !hasPython && !process.env.STREAMLINGS_REQUIRE_FOREIGN)
        continue;
      const line = command.line.replaceAll(PAGE_PORT, server.port);
      expect(await run({ ...command, line }), line).toMatch(command.output);
    }
  });
}

/**
 * Reads the commands of the `console` blocks on all pages of a unit; in their outputs `…` stands for anything. What they
 * say of the learner's folder is said of the solution here.
 */
async function readCommands(unit: Unit): Promise<Command[]> {
  const steps = await Array.fromAsync(glob('steps/*.md', { cwd: unit.folder }));
  const pages = await Promise.all(
    ['README.md', ...steps.sort()].map((page) => readFile(join(unit.folder, page), 'utf8')),
  );
  const starter = relative(courseRoot, unit.folder);
  const solution = relative(courseRoot, await findSolution(unit));
  const blocks = pages.flatMap((page) =>
    [...page.matchAll(/^```console\n(.*?)^```/gms)].map(([, block = '']) => block),
  );
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((text) => {
        const [, line = '', output = ''] = /^((?:[^\n]*\\\n)*[^\n]*\n)(.*)$/s.exec(text) ?? [];
        return {
          line: line.replaceAll(starter, solution),
          output: toPattern(output),
          goesOn: /…\s*$/.test(output),
        };
      }),
  );
}

function toPattern(output: string): RegExp {
  const pattern = output
    .trim()
    .replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replaceAll('…', '.*');
  return new RegExp(`^${pattern}$`, 's');
}

/** Runs a command to its end; one that goes on is ended as soon as it has printed what is on the page. */
async function run({ line, output, goesOn }: Command): Promise<string> {
  const streamlings = `"${process.execPath}" packages/cli/bin/streamlings.js`;
  const child = spawn(line.replace(/^python3/, python).replace(/^pnpm streamlings/, streamlings), {
    shell: true,
    cwd: courseRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const end = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid);
  };
  const limit = setTimeout(end, COMMAND_LIMIT_MS);
  const printed = ['', ''];
  const tidied = () =>
    printed
      .join('')
      .replaceAll(/^npm warn .*\n/gm, '')
      .trim();
  const read = async (stream: Readable, index: 0 | 1) => {
    stream.setEncoding('utf8');
    for await (const chunk of stream) {
      printed[index] += chunk;
      if (goesOn && output.test(tidied())) end();
    }
  };
  await Promise.all([read(child.stdout, 0), read(child.stderr, 1)]);
  clearTimeout(limit);
  return tidied();
}

/** Serves a solution on a free port. */
async function serve(folder: string) {
  const child = spawn(process.execPath, ['start.ts', 'serve'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const [, port] = /^the server listens on \S+:(\d+)/.exec(line) ?? [];
    if (port === undefined) continue;
    child.stdout.resume();
    return {
      port,
      [Symbol.asyncDispose]: async () => {
        child.kill();
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      },
    };
  }
  throw new Error(`\`${folder}\` does not serve`);
}
