import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startRecording } from '../record/recording.ts';
import { readAddress, readFlags, requireFlag } from './flags.ts';
import { waitForInterruption } from './interruption.ts';
import { readRegistry } from './read-inputs.ts';

/**
 * Writes a scenario of each call that passes, until it is interrupted. Files that are there stay: numbers go on.
 *
 * @throws UsageError
 */
export async function record(args: string[]): Promise<void> {
  const flags = readFlags(args, { to: 'text', listen: 'text', proto: 'text', out: 'text' });
  const target = readAddress(requireFlag(flags, 'to', 'where the server is, as HOST:PORT'), '--to');
  const out = requireFlag(flags, 'out', 'which folder to write scenarios to');
  const listen = readAddress(String(flags.values.listen ?? '127.0.0.1:0'), '--listen');
  const registry = await readRegistry(flags);
  mkdirSync(out, { recursive: true });
  const tap = await startRecording({
    target,
    listen,
    registry,
    onScenario({ file, text }) {
      const path = findFreePath(out, file);
      writeFileSync(path, text);
      process.stdout.write(`${path}\n`);
    },
    onProblem: (path, problem) => process.stdout.write(`${path} is not recorded: ${problem}\n`),
  });
  process.stdout.write(`Listening on ${tap.address}, recording ${target.host}:${target.port}.\n`);
  await waitForInterruption();
  await tap.close();
}

function findFreePath(folder: string, file: string): string {
  const [, stem = '', digits = ''] = /^(.*)\.(\d+)\.jsonl$/.exec(file) ?? [];
  for (let number = Number(digits); ; number++) {
    const path = join(folder, `${stem}.${String(number).padStart(4, '0')}.jsonl`);
    if (!existsSync(path)) return path;
  }
}
