import { check } from '@streamlings/grading';
import { expect } from 'vitest';
import { servers } from './servers/handler-subjects.ts';
import {
  createRuns,
  expectAssertions,
  expectNoticed,
  expectPass,
  isMissed,
  limitMs,
  signs,
} from './suite-checks.ts';

/** Declares the checks of `src/handler.ts`. */
export function handlerChecks(): void {
  const module = new URL('./servers/handler-subjects.ts', import.meta.url);
  const runs = createRuns('handler', { module, others: ['slow'], servers });

  check(
    'passes against the right handler, five times and in any order',
    {
      limitMs,
      hints: {
        'L7-12':
          'The same test passes in one order and fails in another. What does it find that another test, or the same one a moment ago, has left behind?',
      },
      otherwise:
        "Without a test there is nothing to say yet: begin with one that asks for an echo. Where a test fails, the handler is right, so what the test believes of it is not. Read the comment on `UnaryCall` in streaming.proto beside the assertion that failed. `pnpm exec vitest run` in the lesson's folder shows it in full.",
    },
    async ({ diagnose }) => {
      const { right } = await runs.right();
      diagnose({ 'L7-12': () => signs.dependsOnOrder(right) });
      expectPass(right, 'against the right handler');
    },
  );

  check(
    'waits for no clock, however slow the store is',
    {
      limitMs,
      hints: {
        'L7-01':
          'A time that is long enough on your machine is too long for everybody and too short for somebody. Which event is it that the test really waits for?',
      },
      otherwise:
        'With a store that takes its time the handler is as right as before. What does your test take for granted?',
    },
    async ({ diagnose }) => {
      const { right, others } = await runs.right();
      diagnose({ 'L7-01': () => true });
      for (const run of others) expectPass(run, 'against a handler with a slow store');
      expect(right.waits, 'timers of yours that have been waited for').toEqual([]);
    },
  );

  check(
    'asserts something in every test, and leaves no error to nobody',
    {
      limitMs,
      hints: {
        'L7-08':
          'A test without an assertion passes whatever happens, also when the assertion is in a callback that nobody has called. What makes your test wait until it has been made?',
        'L7-14':
          'vitest ends such a run with `Unhandled Errors`. Each of them is a promise that nobody looks at, and in a server it is a client that waits. Which promise of your test is it?',
      },
      otherwise: 'Every test ends when all it has started has ended, and its assertions are made by then.',
    },
    async ({ diagnose }) => {
      const { right } = await runs.right();
      diagnose({ 'L7-14': () => right.unhandled.length > 0, 'L7-08': () => true });
      expect(right.unhandled, 'errors that nobody has handled').toEqual([]);
      expectPass(right, 'against the right handler');
      expectAssertions(right);
    },
  );

  check(
    'notices every broken handler',
    {
      limitMs,
      hints: {
        'L7-02':
          'Each broken handler breaks a promise of the contract, and your tests do not ask for it. The table says what each of them does: how could its caller, or the World, tell?',
        'L7-08':
          'Your tests are content with a handler that answers with an empty message. That something came is little to know: what did the contract say that should come?',
      },
      otherwise: 'The table says what each broken handler does. How could its caller, or the World, tell?',
    },
    async ({ diagnose }) => {
      const broken = await runs.broken();
      diagnose({ 'L7-08': () => isMissed(broken, 'says nothing'), 'L7-02': () => true });
      expectNoticed(broken, servers, 'broken handlers');
    },
  );
}
