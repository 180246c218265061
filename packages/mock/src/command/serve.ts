import { readFileSync } from 'node:fs';
import { createMockServer, type MockServer } from '../server/mock-server.ts';
import type { MockServerOptions } from '../server/options.ts';
import { type FlagKinds, type Flags, readFlags, requireFlag } from './flags.ts';
import { formatEvent } from './format-journal.ts';
import { waitForInterruption } from './interruption.ts';
import { readScenarios } from './read-inputs.ts';
import { limitFlags, readLimits, readNumber } from './settings.ts';
import { UsageError } from './usage-error.ts';

const kinds: FlagKinds = {
  proto: 'text',
  scenarios: 'text',
  host: 'text',
  port: 'text',
  seed: 'text',
  watch: 'boolean',
  log: 'boolean',
  'no-admin': 'boolean',
  'tls-cert': 'text',
  'tls-key': 'text',
  'tls-client-ca': 'text',
  ...Object.fromEntries(limitFlags.map((flag) => [flag, 'text' as const])),
};
const graceMs = 5_000;

/**
 * Serves scenarios until it is interrupted.
 *
 * @throws UsageError, ScenarioError
 */
export async function serve(args: string[]): Promise<void> {
  const flags = readFlags(args, kinds);
  const { values } = flags;
  const options: MockServerOptions = {
    proto: requireFlag(flags, 'proto', 'where the .proto files are'),
    scenarios: requireFlag(flags, 'scenarios', 'where the scenarios are'),
    host: typeof values.host === 'string' ? values.host : '127.0.0.1',
    port: readNumber(String(values.port ?? 50_051), '--port', 0),
    ...(values.seed !== undefined && { seed: readNumber(String(values.seed), '--seed', 0) }),
    limits: readLimits(values, process.env),
    admin: !values['no-admin'],
    watch: values.watch === true,
    onReload: (problem) =>
      process.stdout.write(`${problem ? `The old scenarios stay:\n${problem.message}` : 'Reloaded.'}\n`),
    ...readTls(flags),
  };
  readScenarios(flags);
  const mock = await start(options);
  if (values.log === true) printEvents(mock);
  const services = new Set(mock.catalog.scenarios.map(({ method }) => method.parent.typeName));
  const count = mock.catalog.scenarios.length;
  process.stdout.write(
    `Listening on ${mock.address}, with ${count} scenario${count === 1 ? '' : 's'} for ${[...services].join(', ')}. Seed ${mock.seed}.\n`,
  );
  await waitForInterruption();
  await mock.close(graceMs);
}

async function start(options: MockServerOptions): Promise<MockServer> {
  try {
    return await createMockServer(options);
  } catch (error) {
    const { code, syscall, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('ERR_OSSL'))
      throw new UsageError(
        `\`--tls-cert\` and \`--tls-key\` are no certificate and its key, in PEM (${message}): give others.`,
      );
    if (syscall !== 'listen' && syscall !== 'getaddrinfo') throw error;
    const address = `${options.host}:${options.port}`;
    throw new UsageError(
      `\`${address}\` cannot be listened on (${code}): choose another \`--host\` or \`--port\`.`,
    );
  }
}

function readTls({ values }: Flags): Pick<MockServerOptions, 'tls'> {
  const { 'tls-cert': cert, 'tls-key': key, 'tls-client-ca': ca } = values;
  if (cert === undefined && key === undefined && ca === undefined) return {};
  if (typeof cert !== 'string' || typeof key !== 'string')
    throw new UsageError('`--tls-cert` and `--tls-key` belong together: give both.');
  return {
    tls: {
      cert: readFileSync(cert),
      key: readFileSync(key),
      ...(typeof ca === 'string' && { ca: readFileSync(ca) }),
    },
  };
}

function printEvents(mock: MockServer): void {
  mock.journal.watch(({ id, method }, event) => {
    process.stdout.write(`${formatEvent({ stream: id, method, ...event, message: event.message })}\n`);
  });
}
