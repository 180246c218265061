import { check } from '@streamlings/grading';
import { expect } from 'vitest';
import { logic, servers, wire } from './servers/transport-subjects.ts';
import {
  createRuns,
  expectAssertions,
  expectNoticed,
  expectPass,
  isMissed,
  limitMs,
  signs,
} from './suite-checks.ts';

/** Declares the checks of `src/transport.ts`. */
export function transportChecks(): void {
  const module = new URL('./servers/transport-subjects.ts', import.meta.url);
  const runs = createRuns('transport', { module, others: ['slow', 'other'], servers });

  check(
    'passes against right servers, slow ones too, and waits for no clock',
    {
      limitMs,
      hints: {
        'L7-01':
          'A time that is long enough on your machine is too long for everybody and too short for somebody. Which event is it that the test really waits for?',
        'L7-03': 'A port with a number belongs to whoever was first. Who could choose one that is free?',
        'L7-10':
          'Your long text is short on the wire: Connect compresses, and the same letter a thousand times is a few bytes. Which text does no compression make smaller?',
        'L7-11':
          'How many messages are in buffers is the affair of the transport and of the runtime; a right server may have a few more. What is true of every server that waits for its reader?',
        'L7-12':
          'The same test passes in one order and fails in another. What does it find that another test, or the same one a moment ago, has left behind?',
      },
      otherwise:
        'Without a test there is nothing to say yet: begin with one unary call in memory. Where a test fails, the server is right, so what the test believes of it is not. Which sentence of the contract is it?',
    },
    async ({ diagnose }) => {
      const { right, others } = await runs.right();
      const runsOfRight = [right, ...others];
      const fixed = right.ports.filter((port) => port !== 0);
      diagnose({
        'L7-03': () => fixed.length > 0,
        'L7-10': () => right.sentCompressible && runsOfRight.some(signs.failed),
        'L7-12': () => signs.dependsOnOrder(right),
        'L7-01': () => right.waits.length > 0 || signs.failed(others[0]),
        'L7-11': () => signs.failed(others[1]) && !signs.failed(right),
      });
      expect(fixed, 'ports that your tests ask for by number').toEqual([]);
      expectPass(right, 'against the right server');
      expectAssertions(right);
      expect(right.waits, 'timers of yours that have been waited for').toEqual([]);
      expectPass(others[0], 'against the slow server');
      expectPass(others[1], 'against the server that reads ahead');
    },
  );

  check(
    'closes what it has opened, and leaves no error to nobody',
    {
      limitMs,
      hints: {
        'L7-04':
          'A server that is closed takes no new connections and keeps the old ones. Who ends those, also when the test fails?',
        'L7-14':
          'vitest ends such a run with `Unhandled Errors`. A call that you abort rejects, too: which promise of your test has nobody looked at?',
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
    'notices every broken server that memory can show',
    {
      limitMs,
      hints: {
        'L7-02':
          'Each broken server breaks a promise that a client or the World can see. The table says what each of them does: which call, at which moment, would get something else from it than from the right one?',
        'L7-08':
          'Your tests are content with a stream that has no messages. That nothing is wrong in an empty list is little to know: how many messages should there be, and which?',
      },
      otherwise: 'The table says what each broken server does. How could its client, or the World, tell?',
    },
    async ({ diagnose }) => {
      const broken = await runs.broken();
      diagnose({ 'L7-08': () => isMissed(broken, 'nothing'), 'L7-02': () => true });
      expectNoticed(broken, logic, 'broken servers');
    },
  );

  check(
    'notices the two that only the wire can show',
    {
      limitMs,
      hints: {
        'L7-07':
          'In memory a call has no frames, no limits and no connection that breaks. What of your server is only there when HTTP/2 is between it and its client, and which of your tests has HTTP/2?',
      },
      otherwise: 'The table says what each broken server does. Between which two ends would it show?',
    },
    async ({ diagnose }) => {
      const broken = await runs.broken();
      diagnose({ 'L7-07': () => true });
      expectNoticed(broken, wire, 'broken servers');
    },
  );
}
