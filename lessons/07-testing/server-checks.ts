import { status } from '@grpc/grpc-js';
import { check } from '@streamlings/grading';
import { expect } from 'vitest';
import { servers } from './servers/server-subjects.ts';
import {
  createRuns,
  expectAssertions,
  expectNoticed,
  expectPass,
  isMissed,
  limitMs,
  signs,
} from './suite-checks.ts';

/** Declares the checks of `src/server.ts`. */
export function serverChecks(): void {
  const module = new URL('./servers/server-subjects.ts', import.meta.url);
  const runs = createRuns('server', { module, others: ['slow'], servers });

  check(
    'starts its servers on free ports',
    {
      limitMs,
      hints: {
        'L7-03':
          'A port with a number belongs to whoever was first: a colleague, a second copy of your tests, or the server of the test before. Who could choose one that is free?',
      },
      otherwise:
        'Nothing has listened while your tests ran. A handler of a stream wants a real call: who serves it?',
    },
    async ({ diagnose }) => {
      const { right } = await runs.right();
      const fixed = right.ports.filter((port) => port !== 0);
      diagnose({ 'L7-03': () => fixed.length > 0 });
      expect(right.problem, 'what stopped your tests against the right server').toBeUndefined();
      expect([...new Set(fixed)], 'ports that your tests ask for by number').toEqual([]);
      expect(right.ports.length, 'servers that your tests have started').toBeGreaterThan(0);
    },
  );

  check(
    'passes against the right server, five times and in any order',
    {
      limitMs,
      hints: {
        'L7-05':
          '`tryShutdown` waits until all streams are over, and one of your tests leaves a stream open, as a test that fails always does. What ends them when a test is over?',
        'L7-06':
          'While `setImmediate` was a fake, nothing came from the network: grpc-js connects with its help. Which functions have to do with time, and which ones only with turns of the event loop?',
        'L7-12':
          'The same test passes in one order and fails in another. What does it find that another test, or the same one a moment ago, has left behind?',
        'L7-13':
          'You expected UNAVAILABLE from a server that was shut down, and this version says CANCELLED; another one has said otherwise. Which statuses does a client treat alike?',
      },
      otherwise:
        "Where a test fails, the server is right, so what the test believes of it is not. Read streaming.proto beside the assertion that failed. `pnpm exec vitest run` in the lesson's folder shows it in full.",
    },
    async ({ diagnose }) => {
      const { right } = await runs.right();
      diagnose({
        'L7-06': () => right.fakedImmediate && signs.timedOut(right),
        'L7-05': () => right.pendingShutdowns > 0 && signs.timedOut(right),
        'L7-13': () => signs.expected(right, status.UNAVAILABLE, status.CANCELLED),
        'L7-12': () => signs.dependsOnOrder(right),
      });
      expectPass(right, 'against the right server');
    },
  );

  check(
    'waits for no clock, however slow the store and the source are',
    {
      limitMs,
      hints: {
        'L7-01':
          'A time that is long enough on your machine is too long for everybody and too short for somebody. Which event is it that the test really waits for?',
      },
      otherwise:
        'A slow server keeps every promise of the contract. What does your test believe that the contract does not say?',
    },
    async ({ diagnose }) => {
      const { right, others } = await runs.right();
      diagnose({ 'L7-01': () => true });
      expect(right.waits, 'timers of yours that have been waited for').toEqual([]);
      for (const run of others) expectPass(run, 'against a slow server');
    },
  );

  check(
    'closes what it has opened, and leaves no error to nobody',
    {
      limitMs,
      hints: {
        'L7-04':
          'What a test opens stays open until somebody closes it, and a runner that waits for it never ends. Where is the place that is reached also when the test fails?',
        'L7-14':
          'vitest ends such a run with `Unhandled Errors`. A stream without a listener for `error` throws into the void when its server goes; a promise that nobody awaits does the same. Which of yours was it?',
      },
      otherwise: 'Every test ends when all it has started has ended.',
    },
    async ({ diagnose }) => {
      const { right } = await runs.right();
      diagnose({ 'L7-04': () => right.open.length > 0, 'L7-14': () => right.unhandled.length > 0 });
      expectPass(right, 'against the right server');
      expect(right.open, 'what was open when all your tests were over').toEqual([]);
      expect(right.unhandled, 'errors that nobody has handled').toEqual([]);
    },
  );

  check(
    'notices every broken server',
    {
      limitMs,
      hints: {
        'L7-02':
          'Each broken server breaks a promise that the wire or the World can show. The table says what each of them does: which call, at which moment, would get something else from it than from the right one?',
        'L7-08':
          'Your tests are content with a stream that has no messages. That nothing is wrong in an empty list is little to know: how many messages should there be, and which?',
      },
      otherwise: 'The table says what each broken server does. How could its client, or the World, tell?',
    },
    async ({ diagnose }) => {
      const broken = await runs.broken();
      diagnose({ 'L7-08': () => isMissed(broken, 'nothing'), 'L7-02': () => true });
      expectAssertions((await runs.right()).right);
      expectNoticed(broken, servers, 'broken servers');
    },
  );
}
