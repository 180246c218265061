import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectChecks, createGrader } from '../src/supervisor/grader.ts';

/**
 * Measures how long a whole run takes for programs that do not end by themselves, from a cold start. The goal is 10 s
 * on an idle machine for every one of them.
 */
const folder = join(import.meta.dirname, '../test/lesson');
const checks = join(folder, 'checks.ts');
const handler = (body: string) =>
  `export const handlers = () => ({ unaryCall: async (call, callback) => { ${body} } });`;
const programs = {
  'never answers': handler(''),
  'loops for ever': handler('while (true) {}'),
  'loops for ever at import': `while (true) {}`,
  'prints for ever': handler(`while (true) console.log('again');`),
  'ends the process': handler('process.exit(0);'),
  'eats the memory': `const kept = []; setInterval(() => kept.push(Buffer.alloc(64 * 2 ** 20, 1)), 1); ${handler('')}`,
  'fills the heap': handler('const kept = []; for (;;) kept.push(new Array(1e5).fill({}));'),
  'has a syntax error': 'export const handlers = () => ;',
};

const scratch = join(import.meta.dirname, '../.streamlings');
mkdirSync(scratch, { recursive: true });
const place = mkdtempSync(join(scratch, 'bench-'));
const steps = await collectChecks({ checks });
console.log('seconds for a whole run, from a cold start (goal: at most 10)\n');
for (const [name, source] of Object.entries(programs)) {
  const file = join(place, 'server.ts');
  writeFileSync(file, source);
  const startedMs = performance.now();
  const grader = createGrader();
  for await (const _event of grader.run({ name: 'bench', folder, checks, steps, files: { 1: file } })) {
    // Only the time counts here; the tests look at the verdicts.
  }
  const seconds = (performance.now() - startedMs) / 1000;
  await grader[Symbol.asyncDispose]();
  console.log(`${name.padEnd(28)}${seconds.toFixed(1).padStart(6)}`);
}
rmSync(place, { recursive: true });
