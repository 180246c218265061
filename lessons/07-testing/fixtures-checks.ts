import { check } from '@streamlings/grading';
import { formatTable, type SuiteRun } from '@streamlings/grading/suite';
import { expect } from 'vitest';
import { rightFixtures, wrongFixtures } from './servers/fixtures.ts';
import { servers } from './servers/fixtures-subjects.ts';
import { createRuns, expectNoticed, expectPass, limitMs, signs } from './suite-checks.ts';

/** Declares the checks of `src/fixtures.ts`. */
export function fixturesChecks(): void {
  const module = new URL('./servers/fixtures-subjects.ts', import.meta.url);
  const runs = createRuns('fixtures', { module, others: ['slow', 'wrong'], servers });

  check(
    'passes every fixture that is right, each with a test of its own',
    {
      limitMs,
      hints: {
        'L7-12':
          'The same fixture passes in one order and fails in another. Which part of the server, or of its World, remembers the fixture before?',
      },
      otherwise:
        'Without a test there is nothing to say yet: declare one for each fixture. These fixtures say what the server does. Where do the words of a fixture and those of your runner differ?',
    },
    async ({ diagnose }) => {
      const { right, others } = await runs.right();
      diagnose({ 'L7-12': () => signs.dependsOnOrder(right) });
      expectPass(right, 'with fixtures that are right');
      expect(untested(right, rightFixtures), 'fixtures without a test of their name').toEqual([]);
      expectPass(others[0], 'with a slow server');
    },
  );

  check(
    'fails every fixture that is wrong',
    {
      limitMs,
      hints: {
        'L7-08':
          'A runner that cannot fail says nothing about any server. The table says what is not so in each fixture that it has passed: what would it have to look at?',
      },
      otherwise: 'The table says what is wrong with each fixture. What would a runner have to look at?',
    },
    async ({ diagnose }) => {
      const { right, others } = await runs.right();
      diagnose({ 'L7-08': () => true });
      expectPass(right, 'with fixtures that are right, so that no failure says anything');
      const failed = others[1]?.tests.filter(({ state }) => state === 'failed') ?? [];
      const rows = wrongFixtures.map((fixture) => {
        const noticed = failed.find((test) => test.name.split(' > ').at(-1) === fixture.name);
        return { ...fixture, by: noticed && (noticed.error ?? '') };
      });
      console.log(formatTable(rows, ['fixture', 'what it says', 'how it failed']));
      const missed = rows.filter(({ by }) => by === undefined).map(({ name }) => name);
      expect(missed, 'wrong fixtures that your runner has passed').toEqual([]);
    },
  );

  check(
    'notices a broken server, closes what it has opened, and waits for no clock',
    {
      limitMs,
      hints: {
        'L7-01': 'A runner has no need for a clock: which event says that all messages are there?',
        'L7-03': 'A port with a number belongs to whoever was first. Who could choose one that is free?',
        'L7-04':
          'What a fixture opens stays open until somebody closes it. Where is the place that is reached also when the fixture fails?',
      },
      otherwise:
        'A right fixture and a broken server: which part of the outcome differs, and does your runner look at it?',
    },
    async ({ diagnose }) => {
      const { right } = await runs.right();
      const fixed = right.ports.filter((port) => port !== 0);
      diagnose({
        'L7-01': () => right.waits.length > 0,
        'L7-03': () => fixed.length > 0,
        'L7-04': () => right.open.length > 0,
      });
      expectNoticed(await runs.broken(), servers, 'broken servers');
      expect(fixed, 'ports that your tests ask for by number').toEqual([]);
      expect(right.open, 'what was open when all your tests were over').toEqual([]);
      expect(right.waits, 'timers of yours that have been waited for').toEqual([]);
      expect(right.unhandled, 'errors that nobody has handled').toEqual([]);
    },
  );
}

function untested({ tests }: SuiteRun, fixtures: ReadonlyArray<{ name: string }>): string[] {
  const passed = tests.filter(({ state }) => state === 'passed').map(({ name }) => name.split(' > ').at(-1));
  return fixtures.map(({ name }) => name).filter((name) => !passed.includes(name));
}
