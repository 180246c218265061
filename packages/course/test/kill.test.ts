import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { readProgress } from '../src/progress.ts';
import { listBackups, readBackup } from '../src/state/backups.ts';
import { readResult } from '../src/state/results.ts';
import { createReleasedCourse } from './released-course.ts';
import { lesson } from './tiny-course.ts';

const seeds = [11, 23, 37, 41];
const killsPerSeed = 4;
/** Starts the writer and kills it a little after its first edit; resolves with the last edit that it announced. */
async function writeUntilKilled(root: string, start: number, lifeMs: number): Promise<number> {
  const writer = join(import.meta.dirname, 'write-forever.ts');
  const child = spawn(process.execPath, [writer, root, join(root, lesson, 'src/answer.ts'), String(start)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const announced: number[] = [];
  const lines = child.stdout.setEncoding('utf8').on('data', (text: string) => {
    announced.push(...text.trim().split('\n').map(Number));
  });
  const started = Promise.withResolvers<void>();
  lines.once('data', () => started.resolve());
  const closed = Promise.withResolvers<void>();
  child.once('close', () => closed.resolve());
  await started.promise;
  // The moment is the point of the test: it lies anywhere in the work.
  await delay(lifeMs);
  child.kill('SIGKILL');
  await closed.promise;
  return announced.at(-1) ?? start;
}

describe('a kill at any moment', () => {
  test.concurrent.each(seeds)('leaves every file whole and every edit in reach, seed %i', async (seed) => {
    await using course = await createReleasedCourse();
    let random = seed;
    let last = -1;
    for (let kill = 0; kill < killsPerSeed; kill++) {
      random = (random * 48271) % 0x7fffffff;
      last = await writeUntilKilled(course.root, last + 1, random % 120);
      await expectEverythingWhole(course.root, last);
    }
  });
});

async function expectEverythingWhole(root: string, last: number): Promise<void> {
  const result = await readResult('lesson-01', root);
  expect([0, 200]).toContain(result?.checks.length ?? 0);
  await expect(readProgress(root)).resolves.toHaveLength(1);
  const backups = await Promise.all((await listBackups('lesson-01', root)).map(readBackup));
  const kept = new Set(backups.map((files) => files['src/answer.ts']?.toString()));
  kept.add(await readFile(join(root, lesson, 'src/answer.ts'), 'utf8'));
  const missing = Array.from({ length: last + 1 }, (_, edit) => `// edit ${edit}\n`).filter(
    (text) => !kept.has(text),
  );
  expect(missing).toEqual([]);
}
