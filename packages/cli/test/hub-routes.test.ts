import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Code } from '@connectrpc/connect';
import { createReleasedCourse } from '@streamlings/course/test/released-course';
import { lesson, solved, starter } from '@streamlings/course/test/tiny-course';
import { Progress, type WatchResponse } from '@streamlings/proto/streamlings/hub/v1/hub';
import { describe, expect, test, vi } from 'vitest';
import { openHubClient } from './hub-client.ts';

const file = `${lesson}/src/answer.ts`;
const step = { lesson: 'lesson-01', step: 1 };

/** In milliseconds; a machine may have more to do than this. */
const patience = { timeout: 30_000, interval: 20 };

/** Serves the tiny course. */
async function openHub(env: NodeJS.ProcessEnv = {}) {
  const closing = new AsyncDisposableStack();
  const course = closing.use(await createReleasedCourse());
  const { hub, child, ended } = closing.use(await openHubClient(course.root, env));
  return { course, child, ended, hub, [Symbol.asyncDispose]: () => closing.disposeAsync() };
}

/** Reads until a message is the one that is waited for. */
async function until(
  stream: AsyncIterator<WatchResponse>,
  isMet: (body: WatchResponse['body']) => boolean,
): Promise<WatchResponse['body']> {
  for (;;) {
    const { value, done } = await stream.next();
    if (done) throw new Error('the stream has ended');
    if (isMet(value.body)) return value.body;
  }
}

const isVerdict = (passed: number) => (body: WatchResponse['body']) =>
  body.case === 'event' && body.value.body.case === 'runFinished' && body.value.body.value.passed === passed;

describe('the hub', () => {
  test('tells the map, the file and the verdict, and what each save makes of them', async () => {
    await using each = await openHub();
    const { hub, course } = each;
    const leaving = new AbortController();
    const stream = hub.watch({ step }, { signal: leaving.signal })[Symbol.asyncIterator]();
    const first = await until(stream, (body) => body.case === 'course');
    expect(first).toMatchObject({ value: { units: [{ name: 'lesson-01', title: 'Answer' }] } });
    const read = await until(stream, (body) => body.case === 'file');
    expect(read).toMatchObject({ value: { path: 'src/answer.ts', text: starter } });
    await until(stream, isVerdict(0));
    const baseVersion = read.case === 'file' ? read.value.version : '';
    expect(await hub.saveFile({ step, text: solved, baseVersion })).toMatchObject({ saved: true });
    expect(await course.read(file)).toBe(solved);
    await until(stream, isVerdict(3));
    await until(
      stream,
      ({ case: kind, value }) => kind === 'course' && value.units[0]?.steps[0]?.progress === Progress.SOLVED,
    );
    leaving.abort();
  });

  test('saves nothing over what somebody else has written meanwhile', async () => {
    await using each = await openHub();
    const { hub, course } = each;
    await course.write(file, '// theirs\n');
    const answer = await hub.saveFile({ step, text: '// mine\n', baseVersion: 'old' });
    expect(answer).toMatchObject({ saved: false, file: { text: '// theirs\n' } });
    expect(await course.read(file)).toBe('// theirs\n');
  });

  test('ends its streams and itself when it is told to', async () => {
    await using each = await openHub();
    const stream = each.hub.watch({ step })[Symbol.asyncIterator]();
    await until(stream, (body) => body.case === 'course');
    each.child.kill('SIGTERM');
    await expect(until(stream, () => false)).rejects.toThrow();
    expect(await each.ended).toEqual([143, null]);
  });

  test('knows no names but those of the lessons', async () => {
    await using each = await openHub();
    const { hub } = each;
    for (const name of ['../lesson-01', '..', '/etc', 'lesson-01/../../..', '']) {
      const other = { lesson: name, step: 1 };
      for (const call of [
        () => hub.getLesson({ lesson: name }),
        () => hub.saveFile({ step: other, text: 'x' }),
        () => hub.openFile({ step: other }),
        () => hub.resetStep({ step: other }),
        () => hub.compareStep({ step: other, showMe: true }),
        () => hub.listHints({ step: other, count: 1 }),
        () => hub.settleConflict({ step: other, mine: 'x' }),
      ]) {
        await expect(call()).rejects.toThrow(/not_found|failed_precondition/);
      }
    }
  });

  test('follows no link out of the lesson', async () => {
    await using each = await openHub();
    const { hub, course } = each;
    await course.write('outside.ts', '// secret\n');
    await rm(join(course.root, file));
    await symlink(join(course.root, 'outside.ts'), join(course.root, file));
    const save = hub.saveFile({ step, text: '// mine\n', baseVersion: '' });
    await expect(save).rejects.toMatchObject({ code: Code.FailedPrecondition });
    const stream = hub.watch({ step })[Symbol.asyncIterator]();
    await expect(until(stream, (body) => body.case === 'file')).rejects.toThrow('leads out of its lesson');
    expect(await course.read('outside.ts')).toBe('// secret\n');
  });

  test('keeps the solution back until it is asked for', async () => {
    await using each = await openHub();
    const { hub } = each;
    expect((await hub.compareStep({ step })).solution).toBeUndefined();
    expect(await hub.compareStep({ step, showMe: true })).toMatchObject({ starter, solution: solved });
  });

  test('keeps that the solution was seen, and opens it from then on, until a reset', async () => {
    await using each = await openHub();
    const { hub } = each;
    const leaving = new AbortController();
    const stream = hub.watch({}, { signal: leaving.signal })[Symbol.asyncIterator]();
    const isSeen = (seen: boolean) => (body: WatchResponse['body']) =>
      body.case === 'course' && body.value.units[0]?.steps[0]?.hasSeenSolution === seen;
    await until(stream, isSeen(false));
    await hub.compareStep({ step, showMe: true });
    await until(stream, isSeen(true));
    expect((await hub.compareStep({ step })).solution).toBe(solved);
    await hub.resetStep({ step });
    await until(stream, isSeen(false));
    expect((await hub.compareStep({ step })).solution).toBeUndefined();
    leaving.abort();
  });

  test('tells as many hints as are asked for, those of the failed check first', async () => {
    await using each = await openHub();
    const { hub } = each;
    const leaving = new AbortController();
    const stream = hub.watch({ step }, { signal: leaving.signal })[Symbol.asyncIterator]();
    await until(stream, isVerdict(0));
    const first = await hub.listHints({ step, check: 'answers with 42', count: 1 });
    expect(first).toMatchObject({ total: 4, hints: [{ text: 'Which number was asked for?' }] });
    expect(await hub.listHints({ step, count: 9 })).toMatchObject({ total: 2, hints: { length: 2 } });
    leaving.abort();
  });

  test.each([
    { takesMine: true, kept: '// mine\n', copied: '// theirs\n' },
    { takesMine: false, kept: '// theirs\n', copied: '// mine\n' },
  ])('ends a conflict with $kept and copies the other text', async ({ takesMine, kept, copied }) => {
    await using each = await openHub();
    const { hub, course } = each;
    await course.write(file, '// theirs\n');
    const conflict = await hub.saveFile({ step, text: '// mine\n', baseVersion: 'old' });
    const theirVersion = conflict.file?.version ?? '';
    const settled = await hub.settleConflict({ step, mine: '// mine\n', theirVersion, takesMine });
    expect(settled).toMatchObject({ settled: true, file: { text: kept } });
    expect(await course.read(file)).toBe(kept);
    const [folder = ''] = /\.streamlings[^`]+/.exec(settled.sentence) ?? [];
    expect(await course.read(`${folder}/src/answer.ts`)).toBe(copied);
  });

  test('ends no conflict with a text that the page has not shown', async () => {
    await using each = await openHub();
    const { hub, course } = each;
    await course.write(file, '// theirs\n');
    const settled = await hub.settleConflict({
      step,
      mine: '// mine\n',
      theirVersion: 'old',
      takesMine: true,
    });
    expect(settled).toMatchObject({ settled: false, file: { text: '// theirs\n' } });
    expect(await course.read(file)).toBe('// theirs\n');
  });

  test('shows the mistakes of a step once its solution may be seen, and runs them', async () => {
    await using each = await openHub();
    const { hub } = each;
    const mistake = { lesson: 'lesson-01', file: 'mistakes/answer/zero.ts' };
    expect(await hub.getAfterLesson({ lesson: 'lesson-01' })).toMatchObject({
      mistakes: [],
      closedSteps: [1],
    });
    await expect(Array.fromAsync(hub.runMistake(mistake))).rejects.toThrow('open when it is solved');
    await hub.compareStep({ step, showMe: true });
    const after = await hub.getAfterLesson({ lesson: 'lesson-01' });
    expect(after).toMatchObject({
      mistakes: [{ file: mistake.file, check: 'answers with 42' }],
      closedSteps: [],
    });
    const events = (await Array.fromAsync(hub.runMistake(mistake))).map(({ event }) => event?.body);
    expect(events.find((body) => body?.case === 'checkFinished')?.value).toMatchObject({
      name: 'answers with 42',
      misconception: 'L1-02',
    });
  });

  test('kills the process of a mistake whose page was left', async () => {
    // No watchdog is to come first.
    await using each = await openHub({ STREAMLINGS_TIME_FACTOR: '1000' });
    const { hub, course } = each;
    const endless = [
      "import { writeFileSync } from 'node:fs';",
      `writeFileSync(${JSON.stringify(join(course.root, 'pid'))}, String(process.pid));`,
      'for (;;) {}',
    ];
    const path = 'solutions/lesson-01-answer/mistakes/answer/zero.ts';
    const [first, second] = (await course.read(path)).split('\n');
    await course.write(path, [first, second, ...endless, ''].join('\n'));
    await hub.compareStep({ step, showMe: true });
    const leaving = new AbortController();
    const request = { lesson: 'lesson-01', file: 'mistakes/answer/zero.ts' };
    const running = Array.fromAsync(hub.runMistake(request, { signal: leaving.signal }));
    running.catch(() => {});
    const pid = Number(await vi.waitFor(() => course.read('pid'), patience));
    leaving.abort();
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), patience);
  });

  test('puts the starter back and keeps a copy', async () => {
    await using each = await openHub();
    const { hub, course } = each;
    await course.write(file, '// mine\n');
    const { sentence } = await hub.resetStep({ step });
    expect(sentence).toContain('.streamlings/backups');
    expect(await course.read(file)).toBe(starter);
  });
});
