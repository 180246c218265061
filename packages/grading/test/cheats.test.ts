import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { grade, gradeProgram, rightAnswer, serverWith, testLesson } from './grade-program.ts';

/** Programs that do not solve the first step and try to pass its two checks all the same. */
const cheats: Record<string, string> = {
  'ends the process with success at import': serverWith('', 'process.exit(0);'),
  'ends the process with success in the handler': serverWith('process.exit(0);'),
  'ends the process behind the patched function': serverWith(
    '',
    `process.constructor; process.reallyExit(0);`,
  ),
  'replaces a matcher of expect': serverWith(
    `callback(null, {});`,
    `import { expect } from 'vitest';
     const type = Object.getPrototypeOf(expect(0)); type.toBe = function () { return this; };`,
  ),
  'replaces expect.extend and registers its own toBe': serverWith(
    `callback(null, {});`,
    `import { expect } from 'vitest'; expect.extend({ toBe: () => ({ pass: true, message: () => '' }) });`,
  ),
  'replaces Promise': serverWith('', `globalThis.Promise = class extends Promise {};`),
  'replaces Promise.race': serverWith('', `Promise.race = () => Promise.resolve();`),
  'replaces Promise.prototype.then': serverWith(
    `callback(null, {});`,
    `const { then } = Promise.prototype;
     Promise.prototype.then = function (done, _failed) { return Reflect.apply(then, this, [done, () => done?.()]); };`,
  ),
  'replaces Object.is': serverWith(`callback(null, {});`, `Object.is = () => true;`),
  'replaces http2.connect': serverWith(
    '',
    `import http2 from 'node:http2'; http2.connect = () => ({ on() {} });`,
  ),
  'replaces a method of the grpc-js client': serverWith(
    '',
    `import { Client } from '@grpc/grpc-js';
     Client.prototype.makeUnaryRequest = (...args) => args.at(-1)(null, { content: 'Echo: hi' });`,
  ),
  'replaces test of vitest by a hook on the runner': serverWith(
    '',
    `import { test } from 'vitest'; for (const key of ['fails', 'skip', 'todo']) test(key, () => {});`,
  ),
  'skips the running test': serverWith(
    '',
    `import { test } from 'vitest'; test.skip('answers with an echo', () => {});`,
  ),
  'forges events on the pipe': serverWith(
    '',
    `import { writeSync } from 'node:fs';
     for (const name of ['answers with an echo', 'refuses an empty message']) {
       const verdict = { step: 1, name, state: 'passed' };
       for (const token of ['', 'undefined', 'null', process.env.TOKEN ?? ''])
         writeSync(3, token + ' ' + JSON.stringify({ kind: 'finished', verdict }) + '\\n');
     }`,
  ),
  'asks vitest for the token': serverWith(
    '',
    `import { writeSync } from 'node:fs';
     const context = globalThis.__vitest_worker__?.providedContext ?? {};
     const verdict = { step: 1, name: 'answers with an echo', state: 'passed' };
     for (const value of Object.values(context).flatMap((v) => [v, v?.token]))
       writeSync(3, value + ' ' + JSON.stringify({ kind: 'finished', verdict }) + '\\n');`,
  ),
  'imports the pipe of the harness': serverWith(
    '',
    `import { tell } from ${JSON.stringify(new URL('../src/child/channel.ts', import.meta.url).href)};
     for (const name of ['answers with an echo', 'refuses an empty message'])
       tell({ kind: 'finished', verdict: { step: 1, name, state: 'passed' } });`,
  ),
  'throws what looks like a skip': serverWith(
    '',
    `throw Object.assign(new Error('skip'), { code: 'VITEST_PENDING' });`,
  ),
  'answers the harness through its own callback name': serverWith(
    'return Promise.resolve({ content: "Echo: hi" });',
  ),
};

describe('no cheat scores', () => {
  it.each(Object.entries(cheats))('%s', async (_name, program) => {
    const { verdicts } = await gradeProgram(program, { steps: [1] });
    expect(verdicts.map(({ name }) => name)).toEqual(['answers with an echo', 'refuses an empty message']);
    const passed = verdicts.filter(({ state }) => state === 1).map(({ name }) => name);
    expect(passed).toEqual([]);
  });

  it('imports the solution', async () => {
    const place = mkdtempSync(join(scratch(), 'course-'));
    try {
      const solution = join(place, 'solutions', 'lesson-99', 'src');
      mkdirSync(solution, { recursive: true });
      writeFileSync(join(solution, 'server.ts'), serverWith(rightAnswer));
      const learner = join(place, 'server.ts');
      for (const program of [
        `export * from './solutions/lesson-99/src/server.ts';`,
        `const module = await import('./solutions/' + 'lesson-99/src/server.ts'); export const handlers = module.handlers;`,
      ]) {
        writeFileSync(learner, program);
        const run = await grade({ ...testLesson, files: { 1: learner } }, { steps: [1] });
        expect(run.passed).toBe(0);
        expect(run.verdicts[0]?.label).toContain("leads into the course's solutions");
      }
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });

  it('edits the checks and the glue in the lesson', async () => {
    const place = mkdtempSync(join(scratch(), 'lesson-'));
    try {
      cpSync(testLesson.folder, place, { recursive: true });
      writeFileSync(join(place, 'checks.ts'), `export const checks = () => {};`);
      writeFileSync(
        join(place, 'exercise.test.ts'),
        `import { test } from 'vitest'; test('fine', () => {});`,
      );
      writeFileSync(join(place, 'vitest.config.ts'), `export default { test: { include: [] } };`);
      writeFileSync(join(place, 'src', 'server.ts'), serverWith('callback(null, {});'));
      const run = await grade({ ...testLesson, folder: place }, { steps: [1] });
      expect(run.passed).toBe(0);
      expect(run.verdicts).toHaveLength(2);
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });
});

function scratch(): string {
  const folder = join(import.meta.dirname, '..', '.streamlings');
  mkdirSync(folder, { recursive: true });
  return folder;
}
