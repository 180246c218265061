import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CheckState } from '@streamlings/proto/streamlings/result/v1/result';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { collectChecks } from '../src/supervisor/grader.ts';
import { grade, gradeProgram, rightAnswer, serverWith } from './grade-program.ts';

const scratch = join(import.meta.dirname, '..', '.streamlings');
mkdirSync(scratch, { recursive: true });
// The name is one that people have on their disks.
const place = mkdtempSync(join(scratch, 'My Projects (1) '));
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** Grades a program that starts and stops a timer, in a folder whose name has spaces and parentheses. */
async function gradeTimers(source?: string) {
  const folder = mkdtempSync(join(place, 'lesson '));
  cpSync(join(import.meta.dirname, 'timer-lesson'), folder, { recursive: true });
  if (source) writeFileSync(join(folder, 'src/timers.ts'), source);
  const checks = join(folder, 'checks.ts');
  const steps = await collectChecks({ checks });
  const [verdict] = (await grade({ name: 'timers', folder, checks, steps })).verdicts;
  return verdict;
}

describe('the leak watch', () => {
  it.each([
    ['an interval', undefined],
    [
      'a timeout from node:timers',
      `import * as timers from 'node:timers'; let t;
       export const start = () => { t = timers.setTimeout(() => {}, 1e6); };
       export const stop = () => timers.clearTimeout(t);`,
    ],
    [
      'a promised sleep',
      `import { setTimeout as sleep } from 'node:timers/promises'; const ac = new AbortController(); let slept;
       export const start = () => { slept = sleep(1e6, undefined, { signal: ac.signal }).catch(() => {}); };
       export const stop = () => { ac.abort(); return slept; };`,
    ],
  ])('counts %s until it is stopped', async (_name, source) => {
    expect(await gradeTimers(source)).toMatchObject({ state: CheckState.PASSED });
  });

  it('tells when a timer is not stopped', async () => {
    const source = `export const start = () => { setInterval(() => {}, 1e6); }; export const stop = () => {};`;
    expect(await gradeTimers(source)).toMatchObject({
      label: 'timers after the stop',
      received: '1',
      spec: { file: 'checks.ts', text: 'expect(leaks.timers).toBe(0);' },
    });
  });

  it('does not count what a library starts for the learner', async () => {
    const source = `import { Client, credentials } from '@grpc/grpc-js'; let client;
      export const start = () => {
        client = new Client('127.0.0.1:1', credentials.createInsecure());
        client.waitForReady(Date.now() + 1e6, () => {});
      };
      export const stop = () => client.close();`;
    expect(await gradeTimers(source)).toMatchObject({ label: 'timers after the start', received: '0' });
  });
});

it('the calls of a run go past a proxy', async () => {
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('http_proxy', 'http://127.0.0.1:1');
  vi.stubEnv('https_proxy', 'http://127.0.0.1:1');
  const { verdicts } = await gradeProgram(serverWith(rightAnswer));
  expect(verdicts.map(({ state }) => state)).toEqual(verdicts.map(() => CheckState.PASSED));
  expect(verdicts.length).toBeGreaterThan(0);
});

describe('the console of a run', () => {
  it('arrives in order, values inspected', async () => {
    const source = serverWith(`console.log('a', { b: 1n }); console.error('c'); ${rightAnswer}`);
    expect((await gradeProgram(source, { name: 'answers' })).output).toEqual(['a { b: 1n }', 'c']);
  });
});
