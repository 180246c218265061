import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { courseRoot } from '../src/course-root.ts';
import { findUnits } from '../src/discovery.ts';

/** The port in the chapters. */
const CHAPTER_PORT = '50051';
/** Debian's, which has Debian's packages. */
const python = '/usr/bin/python3';
const hasPython = await promisify(execFile)(python, ['-c', 'import grpc']).then(
  () => true,
  () => false,
);

const lessons = (await findUnits(courseRoot)).filter(({ kind }) => kind === 'lesson');

for (const unit of lessons) {
  it(`${unit.name} answers the foreign clients of its chapter as it says`, { timeout: 120_000 }, async () => {
    const commands = readCommands(await readFile(join(unit.folder, 'README.md'), 'utf8'));
    expect(commands.length).toBeGreaterThan(0);
    await using server = await serve(unit.solution);
    for (const { command, output } of commands) {
      if (command.startsWith('python3') && !hasPython && !process.env.STREAMLINGS_REQUIRE_FOREIGN) continue;
      expect(await run(command.replaceAll(CHAPTER_PORT, server.port)), command).toMatch(output);
    }
  });
}

/** Reads the commands of the `console` blocks; in their outputs `…` stands for anything. */
function readCommands(chapter: string): Array<{ command: string; output: RegExp }> {
  const blocks = [...chapter.matchAll(/^```console\n(.*?)^```/gms)].map(([, block = '']) => block);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((text) => {
        const [, command = '', output = ''] = /^((?:[^\n]*\\\n)*[^\n]*\n)(.*)$/s.exec(text) ?? [];
        const pattern = output
          .trim()
          .replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
          .replaceAll('…', '.*');
        return { command, output: new RegExp(`^${pattern}$`, 's') };
      }),
  );
}

async function run(command: string): Promise<string> {
  const streamlings = `"${process.execPath}" packages/cli/bin/streamlings.js`;
  const line = command.replace(/^python3/, python).replace(/^pnpm streamlings/, streamlings);
  const child = spawn(line, { shell: true, cwd: courseRoot, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = await Promise.all([child.stdout, child.stderr].map((stream) => stream.toArray()));
  return output
    .map((chunks) => Buffer.concat(chunks).toString())
    .join('')
    .replaceAll(/^npm warn .*\n/gm, '')
    .trim();
}

/** Serves a solution on a free port. */
async function serve(folder: string) {
  const child = spawn(process.execPath, ['start.ts', 'serve'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const [, port] = /^your server listens on \S+:(\d+)/.exec(line) ?? [];
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
