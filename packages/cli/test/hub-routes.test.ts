import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Code } from '@connectrpc/connect';
import { createReleasedCourse } from '@streamlings/course/test/released-course';
import { lesson, solved, starter } from '@streamlings/course/test/tiny-course';
import { Progress, type WatchResponse } from '@streamlings/proto/streamlings/hub/v1/hub';
import { describe, expect, test } from 'vitest';
import { openHubClient } from './hub-client.ts';

const file = `${lesson}/src/answer.ts`;
const step = { lesson: 'lesson-01', step: 1 };

/** Serves the tiny course. */
async function openHub() {
  const closing = new AsyncDisposableStack();
  const course = closing.use(await createReleasedCourse());
  const { hub, child, ended } = closing.use(await openHubClient(course.root));
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

  test('puts the starter back and keeps a copy', async () => {
    await using each = await openHub();
    const { hub, course } = each;
    await course.write(file, '// mine\n');
    const { sentence } = await hub.resetStep({ step });
    expect(sentence).toContain('.streamlings/backups');
    expect(await course.read(file)).toBe(starter);
  });
});
