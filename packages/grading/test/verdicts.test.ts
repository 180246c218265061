import { readFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { CheckState } from '@streamlings/proto/streamlings/result/v1/result';
import { describe, expect, it } from 'vitest';
import { createGrader } from '../src/supervisor/grader.ts';
import { type Graded, gradeProgram, rightAnswer, serverWith } from './grade-program.ts';

/** What every broken program must lead to: a named first failure, a graded second step, and an end. */
function expectNamedFailure(run: Graded, label: RegExp): void {
  const [first, second, other] = run.verdicts;
  expect(first).toMatchObject({ name: 'answers with an echo', state: CheckState.FAILED });
  expect(first?.label).toMatch(label);
  expect([CheckState.FAILED, CheckState.NOT_RUN]).toContain(second?.state);
  expect(other).toMatchObject({ name: 'doubles', state: CheckState.PASSED });
  expect(run.passed).toBe(1);
}

describe('a run', () => {
  it('passes a right answer', async () => {
    const run = await gradeProgram(serverWith(rightAnswer));
    expect(run.verdicts.map(({ state }) => state)).toEqual(Array(3).fill(CheckState.PASSED));
    expect(run.events.at(-1)?.body).toMatchObject({ case: 'runFinished', value: { passed: 3, total: 3 } });
  });

  it('numbers its events without gaps and starts each check before it finishes', async () => {
    const { events } = await gradeProgram(serverWith(rightAnswer));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.map(({ body }) => body.case)).toEqual([
      'runStarted',
      ...Array(3).fill(['checkStarted', 'checkFinished']).flat(),
      'runFinished',
    ]);
  });

  it('shows label, diff and the line of the spec for a broken promise', async () => {
    const run = await gradeProgram(serverWith(`callback(null, { content: call.request.content });`));
    expect(run.verdicts[0]).toMatchObject({
      label: 'content of the reply',
      expected: '"Echo: hi"',
      received: '"hi"',
      hint: 'Read the contract.',
      misconception: '',
    });
    expect(run.verdicts[0]?.spec?.file).toBe('checks.ts');
    expect(run.verdicts[0]?.spec?.text).toBe(`expect(outcome.message?.content).toBe('Echo: hi');`);
  });

  it('keeps the sentence of a matcher that is no equality', async () => {
    const run = await gradeProgram(serverWith(`callback(null, { content: 'Echo: hi', sender: 'secret' });`));
    expect(run.verdicts[0]).toMatchObject({ expected: '', received: '' });
    expect(run.verdicts[0]?.label).toBe(`sender of the reply: expected 'secret' not to contain 'secret'`);
  });

  it('points at the line of the learner that awaited a failing store', async () => {
    const source = `export const handlers = (world) => ({\n  unaryCall: async () => {\n    await world.store.get('a');\n  } });`;
    const run = await gradeProgram(source);
    expectNamedFailure(run, /rejected promise.*no entry "a"/);
    expect(run.verdicts[0]?.source).toMatchObject({ line: 3, text: `await world.store.get('a');` });
  });

  it('attributes a handler that never answers and does not run the rest of its step', async () => {
    const run = await gradeProgram(
      `export const handlers = () => ({ unaryCall: async () => ({ content: 'hi' }) });`,
    );
    expectNamedFailure(run, /waited \d+ ms/);
    expect(run.verdicts[0]).toMatchObject({ misconception: 'L1-02', hint: 'Who calls the callback?' });
    expect(run.verdicts[0]?.diagnosis).toContain('callback was never called');
    expect(run.verdicts[1]?.state).toBe(CheckState.NOT_RUN);
  });

  it('ends a step with its first failure on request', async () => {
    const failing = serverWith(`callback(null, { content: 'no' });`);
    const statesOf = ({ verdicts }: Graded) => verdicts.map(({ state }) => state);
    const { PASSED, FAILED, NOT_RUN } = CheckState;
    expect(statesOf(await gradeProgram(failing))).toEqual([FAILED, FAILED, PASSED]);
    const stopped = await gradeProgram(failing, { stopsAtFailure: true });
    expect(statesOf(stopped)).toEqual([FAILED, NOT_RUN, PASSED]);
  });

  it('names a rejected promise and the line it came from', async () => {
    const run = await gradeProgram(
      `export const handlers = () => ({\n  unaryCall: async () => { throw new Error('boom'); } });`,
    );
    expectNamedFailure(run, /rejected promise.*boom/);
    expect(run.verdicts[0]).toMatchObject({ misconception: 'L1-03', source: { line: 2 } });
  });

  it('names an uncaught exception', async () => {
    const run = await gradeProgram(serverWith(`setTimeout(() => { throw new Error('late'); }, 1);`));
    expectNamedFailure(run, /exception that nobody caught: late/);
  });

  it.each([
    'process.exit(0)',
    'process.reallyExit(0)',
    'process.abort()',
    `process.kill(process.pid, 'SIGKILL')`,
  ])('names %s in a handler', async (call) => {
    expectNamedFailure(await gradeProgram(serverWith(`${call};`)), /tried to end the process/);
  });

  it('names process.exit(0) at import', async () => {
    expectNamedFailure(
      await gradeProgram(serverWith(rightAnswer, 'process.exit(0);')),
      /tried to end the process/,
    );
  });

  it('stops a loop that never ends and names the check', async () => {
    expectNamedFailure(await gradeProgram(serverWith('while (true) {}')), /kept the event loop busy/);
  });

  it('stops a loop that never ends at import', async () => {
    expectNamedFailure(
      await gradeProgram(serverWith(rightAnswer, 'while (true) {}')),
      /kept the event loop busy/,
    );
  });

  it('stops a loop that prints', async () => {
    const run = await gradeProgram(serverWith(`while (true) console.log('again')`));
    expectNamedFailure(run, /kept the event loop busy/);
    expect(run.output.join('').length).toBeLessThan(100_000);
  });

  it('stops memory growth without end', async () => {
    const run = await gradeProgram(
      serverWith(`const kept = []; for (;;) kept.push(Buffer.alloc(32 * 2 ** 20, 1));`),
    );
    expectNamedFailure(run, /grew by \d+ MiB of memory/);
  });

  it('survives a heap that is full', async () => {
    const run = await gradeProgram(
      serverWith(`const kept = []; for (;;) kept.push(new Array(1e5).fill({}));`),
    );
    expectNamedFailure(run, /memory|is gone|event loop busy/);
  });

  it('names a syntax error with its line', async () => {
    const run = await gradeProgram(`\nexport const handlers = () => ;\n`);
    expectNamedFailure(run, /`server\.ts` has a syntax error/);
    expect(run.verdicts[0]?.hint).toBe('');
    expect(run.verdicts[0]?.source?.line).toBe(2);
  });

  it('names a missing export and the exports there are', async () => {
    const run = await gradeProgram(`export const handler = () => ({});`);
    expectNamedFailure(run, /`server\.ts` exports no `handlers`; it exports `handler`/);
  });

  it('names TypeScript that needs code generation', async () => {
    expectNamedFailure(
      await gradeProgram(`enum Color { Red }\n${serverWith(rightAnswer)}`),
      /enum is not supported/,
    );
  });

  it('names a module that cannot be found', async () => {
    expectNamedFailure(
      await gradeProgram(`import './missing.ts';`),
      /could not be loaded: Cannot find module/,
    );
  });

  it('ends although something loops after the last verdict', async () => {
    const run = await gradeProgram(serverWith(`setTimeout(() => { while (true) {} }, 60); ${rightAnswer}`), {
      steps: [1],
    });
    expect(run.events.at(-1)?.body).toMatchObject({ case: 'runFinished', value: { cancelled: false } });
  });

  it('ends although a process that left the group holds the pipes', async () => {
    const before = `import { spawn } from 'node:child_process';
      const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 600000)'], { detached: true, stdio: 'inherit' });
      console.log('pid ' + child.pid);`;
    const run = await gradeProgram(serverWith('while (true) {}', before), { steps: [1] });
    expect(run.verdicts[0]?.label).toMatch(/kept the event loop busy/);
    // It throws where there is no such process: the run did not wait for it.
    process.kill(Number(run.output[0]?.split(' ')[1]), 'SIGKILL');
  });

  it('does not let what one step leaves behind disturb the next', async () => {
    const before = `setInterval(() => { throw new Error('still here'); }, 1);`;
    const run = await gradeProgram(serverWith(rightAnswer, before));
    expect(run.verdicts.at(-1)).toMatchObject({ name: 'doubles', state: CheckState.PASSED });
  });

  it('leaves no process and no port behind', async () => {
    const before = `
      import { spawn } from 'node:child_process';
      import { createServer } from 'node:net';
      const server = createServer().listen(0, '127.0.0.1', () => console.log('port ' + server.address().port));
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      console.log('pid ' + child.pid); console.log('pid ' + process.pid);
    `;
    const grader = createGrader();
    const run = await gradeProgram(serverWith(rightAnswer, before), {}, grader);
    await grader[Symbol.asyncDispose]();
    const numbers = (word: string) =>
      run.output.filter((line) => line.startsWith(word)).map((line) => Number(line.split(' ')[1]));
    expect(numbers('pid')).toHaveLength(2);
    for (const pid of numbers('pid')) expect(isRunning(pid), `process ${pid} runs`).toBe(false);
    expect(numbers('port')).toHaveLength(1);
    for (const port of numbers('port')) {
      const { promise, resolve } = Promise.withResolvers<string>();
      createConnection(port, '127.0.0.1').on('error', (error: NodeJS.ErrnoException) =>
        resolve(error.code ?? ''),
      );
      expect(await promise).toBe('ECONNREFUSED');
    }
  });

  it('runs only the chosen step or check', async () => {
    const byStep = await gradeProgram(serverWith(rightAnswer), { steps: [2] });
    expect(byStep.verdicts.map(({ name }) => name)).toEqual(['doubles']);
    const byName = await gradeProgram(serverWith(rightAnswer), { name: 'refuses' });
    expect(byName.verdicts.map(({ name }) => name)).toEqual(['refuses an empty message']);
  });

  it('ends with a cancelled run when its signal aborts', async () => {
    const controller = new AbortController();
    const hang = serverWith('');
    const running = gradeProgram(hang, { signal: controller.signal });
    controller.abort();
    const run = await running;
    expect(run.events.at(-1)?.body).toMatchObject({
      case: 'runFinished',
      value: { cancelled: true, passed: 0 },
    });
  });
});

/** A killed orphan may wait as a zombie for its new parent; it does not run any more. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
