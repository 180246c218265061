import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials, type ServiceError, status } from '@grpc/grpc-js';
import type { Load } from '@streamlings/grading';
import { host, watchWire } from '@streamlings/grading/demo';
import { createWorld } from '@streamlings/grading/world';
import { createClient } from '@streamlings/grpc';
import { LogService } from '@streamlings/proto/streamlings/logs/v1/logs';
import { EntrySource } from './checks/entry-source.ts';
import type { Exercise } from './checks.ts';
import { entriesOf, nameOfResult } from './programs/batches.ts';

/** Longer than anything here takes, so that a call that hangs shows up as DEADLINE_EXCEEDED. */
const PATIENCE_MS = 2000;

/** Runs the four files of an exercise against each other and prints what comes back. */
export async function demo({ tally, collect, journal, shipper }: Load<Exercise>): Promise<void> {
  const [summarizing, collecting, { openJournal }, { ship }] = await Promise.all([
    tally(),
    collect(),
    journal(),
    shipper(),
  ]);
  const folder = await mkdtemp(join(tmpdir(), 'streamlings-logs-'));
  const opened = openJournal(join(folder, 'logs.sqlite'));
  const { address } = await host([LogService, { ...summarizing.handlers(), ...collecting.handlers(opened) }]);
  await using wire = await watchWire(LogService, address);
  const client = createClient(LogService, wire.address, credentials.createInsecure());
  const options = () => ({ deadline: Date.now() + PATIENCE_MS });

  console.log('src/tally.ts: figures about three entries');
  await new Promise<void>((resolve) => {
    const call = client.summarizeLogs(options(), (error, answer) => {
      console.log(error ? `  ${describe(error)}` : `  ${answer?.entryCount} entries`);
      resolve();
    });
    for (const entry of entriesOf('demo', 3)) call.write({ ...entry, durationMs: entry.time?.nanos ?? 0 });
    call.end();
  });

  console.log('src/collect.ts and src/journal.ts: a batch, the same again, and one without an id');
  await new Promise<void>((resolve) => {
    const call = client.collectLogs(options());
    for (const batchId of ['a', 'a', '']) call.write({ batchId, entries: entriesOf('a', 2) });
    call.end();
    call.on('data', ({ batchId, result, reason }) =>
      console.log(`  batch '${batchId}': ${nameOfResult(result)} ${reason}`),
    );
    call.on('error', (error: ServiceError) => console.log(`  ${describe(error)}`));
    call.on('status', () => resolve());
  });
  client.close();

  console.log('src/shipper.ts: 120 entries');
  await ship(wire.address, new EntrySource().entries(120), createWorld().world).then(
    ({ stored, duplicates, rejected }) =>
      console.log(`  stored ${stored}, known ${duplicates}, rejected ${rejected.length}`),
    (error: ServiceError) => console.log(`  ${describe(error)}`),
  );
  console.log(`  entries in the journal: ${[...opened.entries()].length}`);
  opened.close();
  await rm(folder, { recursive: true, force: true });
  process.exit();
}

function describe({ code, details, message }: ServiceError): string {
  return code === undefined ? message : `status ${code} ${status[code]}${details ? `: ${details}` : ''}`;
}
