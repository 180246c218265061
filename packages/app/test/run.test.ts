import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { CheckState, EventSchema, NoticeKind } from '@streamlings/proto/streamlings/result/v1/result';
import { describe, expect, test } from 'vitest';
import { describeRun, firstFailure, followRun, type Run, sortNotices, waitingRun } from '../src/run.ts';

type Body = NonNullable<MessageInitShape<typeof EventSchema>['body']>;

const started: Body = { case: 'runStarted', value: { checks: [{ name: 'first' }, { name: 'second' }] } };
const ended: Body = { case: 'runFinished', value: {} };

function finished(name: string, state: CheckState): Body {
  return { case: 'checkFinished', value: { name, state } };
}

function follow(...bodies: Body[]): Run {
  const events = bodies.map((body) => create(EventSchema, { runId: 'run', body }));
  return events.reduce(followRun, waitingRun);
}

describe('followRun()', () => {
  test('lists the checks before any has run', () => {
    const run = follow(started);
    expect(run.checks.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'first waiting',
      'second waiting',
    ]);
    expect(describeRun(run)).toBe('checking, 0 of 2 checks passed');
  });

  test('finds the first check that has not passed', () => {
    const run = follow(started, finished('second', CheckState.FAILED), finished('first', CheckState.PASSED));
    expect(firstFailure(run)?.name).toBe('second');
    expect(describeRun(follow(started, finished('first', CheckState.PASSED), ended))).toBe(
      '1 of 2 checks passed',
    );
  });

  test('takes an inconclusive verdict for no success', () => {
    expect(firstFailure(follow(started, finished('first', CheckState.INCONCLUSIVE)))?.name).toBe('first');
  });

  test('forgets an earlier run when the next begins', () => {
    const run = follow(started, finished('first', CheckState.FAILED), ended, started);
    expect(run.phase).toBe('running');
    expect(firstFailure(run)).toBeUndefined();
  });

  test('keeps what the code printed and what the type checker found apart', () => {
    const run = follow(
      started,
      { case: 'notice', value: { kind: NoticeKind.OUTPUT, text: 'printed' } },
      { case: 'notice', value: { kind: NoticeKind.TYPES, text: 'a type error' } },
    );
    const { types, output, others } = sortNotices(run);
    expect(output.map(({ text }) => text)).toEqual(['printed']);
    expect(types.map(({ text }) => text)).toEqual(['a type error']);
    expect(others).toEqual([]);
  });
});
