import { readFileSync, writeFileSync } from 'node:fs';
import { createLivePrinter, drawSequence, drawWindows } from '../draw/index.ts';
import { loadRegistry } from '../proto/load-registry.ts';
import { createTap, type Tap, type TapOptions } from '../tap.ts';
import { type CommandOptions, readArguments, UsageError, usage } from './arguments.ts';

/**
 * Runs the command until it is interrupted. Problems end it with a sentence and the exit code 2.
 *
 * @param name what the command is called in its help
 */
export async function main(args: string[], name = 'streamlings-wire'): Promise<void> {
  try {
    const options = readArguments(args);
    if (options) await run(options);
    else process.stdout.write(`Usage: ${name} ${usage}`);
  } catch (error) {
    if (!(error instanceof UsageError) && !isSystemError(error)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}

async function run(options: CommandOptions): Promise<void> {
  const tap = await start(options);
  process.stdout.write(
    `Listening on ${tap.address}, forwarding to ${options.target.host}:${options.target.port}.\n`,
  );
  await interruption();
  writeFiles(tap, options);
  await tap.close();
}

async function start({ listen, target, proto, tls }: CommandOptions): Promise<Tap> {
  const print = createLivePrinter(
    (line) => process.stdout.write(`${line}\n`),
    () => {
      const { isTTY, columns } = process.stdout;
      return { color: isTTY && !process.env.NO_COLOR, json: true, ...(isTTY ? { width: columns } : {}) };
    },
  );
  const registry = proto === undefined ? undefined : await readRegistry(proto);
  return createTap({
    listen,
    target,
    onEvent: print,
    ...(registry ? { registry } : {}),
    ...(tls ? { tls: readCertificates(tls) } : {}),
  });
}

async function readRegistry(path: string) {
  try {
    return await loadRegistry(path);
  } catch (error) {
    throw new UsageError(`\`--proto ${path}\` cannot be used: ${(error as Error).message}`);
  }
}

function readCertificates({
  cert,
  key,
  ca,
}: NonNullable<CommandOptions['tls']>): NonNullable<TapOptions['tls']> {
  return {
    server: { cert: readFileSync(cert), key: readFileSync(key) },
    client: ca === undefined ? {} : { ca: readFileSync(ca) },
  };
}

function writeFiles(tap: Tap, { json, svg, windows }: CommandOptions): void {
  const timeline = tap.timeline();
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(timeline, null, 2)}\n`);
  if (svg !== undefined) writeFileSync(svg, drawSequence(timeline));
  if (windows !== undefined) writeFileSync(windows, drawWindows(timeline));
}

/** Resolves with a signal, or when whoever reads the lines is gone, as `| head` is after a while. */
async function interruption(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve());
  process.stdout.on('error', () => resolve());
  await promise;
}

/** What the system refuses, such as a port in use or a missing file, needs no stack. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
