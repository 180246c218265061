import { CheckState } from '@streamlings/proto/streamlings/result/v1/result';
import type { Timeline } from '@streamlings/wire';
import { expect, test } from 'vitest';
import { followRun, type RunView, waitingRun } from '../src/engine/run-view.ts';
import { openWirePage } from '../src/screen/wire-page.ts';
import { createEvent } from './scripted-grader.ts';

const options = { color: false, width: 80 };

test('shows the frames of the check that failed first, and leads to the others', () => {
  const run = runOf([
    { name: 'first', state: CheckState.PASSED, seen: ['takes a call'] },
    { name: 'second', state: CheckState.FAILED, seen: ['gives up', 'tries again'] },
    { name: 'third', state: CheckState.NOT_RUN, seen: [] },
  ]);
  const page = openWirePage(run);
  expect(page.render(run, options)).toEqual([
    'On the wire: second   2 of 2',
    '',
    'server 1 of the check, on a clock of its own',
    '   7 ms   the server gives up',
    '',
    'server 2 of the check, on a clock of its own',
    '   7 ms   the server tries again',
  ]);
  page.press('n', run);
  expect(page.render(run, options)[0]).toBe('On the wire: second   2 of 2');
  page.press('p', run);
  expect(page.render(run, options)).toEqual([
    'On the wire: first   1 of 2',
    '',
    '   7 ms   the server takes a call',
  ]);
});

test('stays at its check in the next run, which may not have come to it yet', () => {
  const checks = [
    { name: 'first', state: CheckState.PASSED, seen: ['takes a call'] },
    { name: 'second', state: CheckState.PASSED, seen: ['answers'] },
  ];
  const page = openWirePage(runOf(checks));
  page.press('n', runOf(checks));
  expect(page.render(runOf([]), options)).toContain('No check of this step has made a call so far.');
  expect(page.render(runOf(checks), options)[0]).toContain('second');
});

test('keeps the whole of a long line, beside its time', () => {
  const run = runOf([{ name: 'first', state: CheckState.PASSED, seen: ['waits for the client to read'] }]);
  expect(openWirePage(run).render(run, { color: false, width: 40 }).slice(2)).toEqual([
    '   7 ms   the server waits for',
    '          the client to read',
  ]);
});

interface Seen {
  name: string;
  state: CheckState;
  /** A note for each server. */
  seen: string[];
}

function runOf(checks: Seen[]): RunView {
  const events = checks.map(({ name, state, seen }) => {
    const timelines = seen.map((text) => ({
      ...timeline,
      notes: [{ atMs: 7, subject: 'the server', text }],
    }));
    return createEvent({ case: 'checkFinished', value: { name, state, timelines } });
  });
  return events.reduce(followRun, waitingRun(undefined));
}

const none = { client: 0, server: 0 };
const timeline = {
  version: 1,
  startedAtMs: 0,
  takenMs: 10,
  target: '127.0.0.1:1',
  connections: [{ id: 1, atMs: 5, bytes: none, windows: none }],
  streams: [],
  frames: [],
  messages: [],
  stalls: [],
  problems: [],
  dropped: {
    connections: 0,
    streams: 0,
    frames: 0,
    messages: 0,
    notes: 0,
    stalls: 0,
    problems: 0,
    untilMs: 0,
  },
} satisfies Omit<Timeline, 'notes'>;
