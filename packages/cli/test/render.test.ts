import { CheckState, NoticeKind } from '@streamlings/proto/streamlings/result/v1/result';
import { describe, expect, test } from 'vitest';
import type { LearnerState } from '../src/engine/learner-engine.ts';
import { followRun, waitingRun } from '../src/engine/run-view.ts';
import { lineUpStations } from '../src/engine/stations.ts';
import { renderScreen, type View } from '../src/screen/render.ts';
import { createScriptedCourse } from './scripted-course.ts';
import { createEvent } from './scripted-grader.ts';

const view: View = {
  page: 'step',
  hints: [],
  hintsLeft: 2,
  lines: [],
  message: undefined,
  watching: 'watching for saves',
};
const options = { color: false, width: 80, links: false, root: '/course', env: {} };

async function createState(): Promise<LearnerState> {
  const course = createScriptedCourse();
  course.progress = { 'lesson-01/1': 'solved' };
  const stations = lineUpStations(await course.readProgress());
  return { stations, index: 0, run: waitingRun(stations[0]), solved: undefined, problem: undefined };
}

/** Gives each of the first step's checks a verdict. */
function judge(state: LearnerState, verdicts: CheckState[]): LearnerState {
  const checks = state.run.checks.map(({ name }) => ({ step: 1, group: 'UnaryCall', name }));
  const events = [
    createEvent({ case: 'runStarted', value: { checks } }),
    ...verdicts.map((verdict, index) =>
      createEvent({
        case: 'checkFinished',
        value: {
          name: checks[index]?.name ?? '',
          state: verdict,
          label: 'answers',
          expected: '1',
          received: '2',
        },
      }),
    ),
    createEvent({ case: 'runFinished', value: {} }),
  ];
  return { ...state, run: events.reduce(followRun, state.run) };
}

describe('renderScreen()', () => {
  test('begins with the address for the browser, where there is one', async () => {
    const screen = renderScreen(await createState(), view, { ...options, address: 'http://127.0.0.1:1/' });
    expect(screen.split('\n')[0]).toBe('In the browser: http://127.0.0.1:1/');
    expect(renderScreen(await createState(), view, options)).not.toContain('browser');
  });

  test('says where you are, what to edit, and which keys there are', async () => {
    expect(renderScreen(await createState(), view, options)).toMatchInlineSnapshot(`
      "lesson-01 · Unary   step 1 of 2: UnaryCall
      ██████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  1/4 steps solved

      Edit   lessons/lesson-01/src/server.ts
      Read   lessons/lesson-01/README.md

       · answers once
       · rejects an empty message

      n next  p previous  l list  h hint (2 left)  w wire  a after  r reset  q quit
      watching for saves"
    `);
  });

  test('shows the first failure in full', async () => {
    const state = judge(await createState(), [CheckState.FAILED, CheckState.FAILED]);
    expect(renderScreen(state, view, options)).toMatchInlineSnapshot(`
      "lesson-01 · Unary   step 1 of 2: UnaryCall
      ██████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  1/4 steps solved

      Edit   lessons/lesson-01/src/server.ts
      Read   lessons/lesson-01/README.md

       ✗ answers once
       ✗ rejects an empty message

       FAIL  UnaryCall > answers once
       answers: expected 1, received 2

      n next  p previous  l list  h hint (2 left)  w wire  a after  r reset  q quit
      watching for saves"
    `);
  });

  test('says what is next when all checks pass', async () => {
    const state = judge(await createState(), [CheckState.PASSED, CheckState.PASSED]);
    expect(renderScreen(state, view, options)).toContain(
      'All checks pass. Press n for step 2 of lesson-01 · Unary: Client.',
    );
  });

  test('lists the course', async () => {
    expect(renderScreen(await createState(), { ...view, page: 'list' }, options)).toMatchInlineSnapshot(`
      "lesson-01 · Unary   step 1 of 2: UnaryCall
      ██████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  1/4 steps solved

      Edit   lessons/lesson-01/src/server.ts
      Read   lessons/lesson-01/README.md

      > lesson-01 · Unary  1 UnaryCall  solved
        lesson-01 · Unary  2 Client  not started
        lesson-02 · Server streaming  1 UnaryCall  not started
        lesson-02 · Server streaming  2 Client  not started

      n next  p previous  l list  h hint (2 left)  w wire  a after  r reset  q quit
      watching for saves"
    `);
  });

  test('shows the hints that were asked for, and how many are left', async () => {
    const hints = [{ title: 'Where to look', text: 'In the\nhandler.\n\nOr after it.' }];
    const screen = renderScreen(await createState(), { ...view, hints, hintsLeft: 1 }, options);
    expect(screen).toContain('Hint: Where to look\nIn the handler.\n\nOr after it.\n');
    expect(screen).toContain('h hint (1 left)');
  });

  test('leaves the hint of a failure to the key for it, where there are keys', async () => {
    const run = followRun(
      (await createState()).run,
      createEvent({
        case: 'checkFinished',
        value: { name: 'answers once', state: CheckState.FAILED, label: 'answers', hint: 'Who waits?' },
      }),
    );
    const state = { ...(await createState()), run };
    expect(renderScreen(state, view, options)).not.toContain('Who waits?');
    expect(renderScreen(state, { ...view, watching: undefined }, options)).toContain('Who waits?');
  });

  test('shows as much of what was printed as there is room for', async () => {
    const text = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`).join('\n');
    const run = followRun(
      (await createState()).run,
      createEvent({ case: 'notice', value: { kind: NoticeKind.OUTPUT, text } }),
    );
    const state = { ...(await createState()), run };
    const small = renderScreen(state, view, { ...options, height: 12 });
    expect(small).toContain('  | (22 lines before)\n  | line 23\n');
    const high = renderScreen(state, view, { ...options, height: 30 });
    expect(high.split('\n')).toHaveLength(30);
    expect(high).toContain('  | (13 lines before)\n  | line 14\n');
    expect(renderScreen(state, view, { ...options, height: 60 })).toContain('  | line 1\n');
    const narrow = renderScreen(state, view, { ...options, width: 8, height: 60 });
    expect(narrow.split('\n').length).toBeLessThanOrEqual(60);
  });

  test('asks before it resets', async () => {
    expect(renderScreen(await createState(), { ...view, page: 'confirm reset' }, options)).toContain(
      'Restore the starter of this step? Your file is copied first.',
    );
  });

  test('leaves the keys out where nobody can press them', async () => {
    const screen = renderScreen(await createState(), { ...view, watching: undefined }, options);
    expect(screen).not.toContain('q quit');
  });

  test.each([30, 50, 120])('keeps within %i columns', async (width) => {
    const state = judge(await createState(), [CheckState.FAILED, CheckState.NOT_RUN]);
    const lines = renderScreen(state, view, { ...options, width }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  });

  test('links the file for the editor that the terminal belongs to', async () => {
    const state = await createState();
    const plain = renderScreen(state, view, { ...options, links: true });
    expect(plain).toContain('\x1b]8;;file:///course/lessons/lesson-01/src/server.ts\x1b\\');
    const env = { TERM_PROGRAM: 'vscode' };
    const inCode = renderScreen(state, view, { ...options, links: true, env });
    expect(inCode).toContain('\x1b]8;;vscode://file/course/lessons/lesson-01/src/server.ts\x1b\\');
  });

  test('uses no colour unless it may', async () => {
    const state = judge(await createState(), [CheckState.PASSED, CheckState.FAILED]);
    expect(renderScreen(state, view, options)).not.toContain('\x1b[');
    expect(renderScreen(state, view, { ...options, color: true })).toContain('\x1b[');
  });
});

test('says which step the latest save has solved', async () => {
  const state = await createState();
  const text = renderScreen({ ...state, index: 1, solved: state.stations[0] }, view, options);
  expect(text).toMatch(/^✓ Step 1 of lesson-01 · Unary is solved: UnaryCall\.\n/);
});
