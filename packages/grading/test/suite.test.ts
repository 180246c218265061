import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formatTable, readAheadWorld, runSuite, type SuiteRun, slowWorld } from '../src/suite/index.ts';
import { createWorld } from '../src/world/world.ts';

const subjects = new URL('./suites/subjects.ts', import.meta.url);
const fileOf = (name: string) => fileURLToPath(new URL(`./suites/${name}.ts`, import.meta.url));

async function runOnce(name: string, times = 1, limitMs?: number): Promise<SuiteRun> {
  const runs = [{ id: 'only', subject: ['right'], times }];
  const options = { file: fileOf(name), subjects, runs, ...(limitMs ? { limitMs } : {}) };
  return (await runSuite(options)).get('only') as SuiteRun;
}

describe('a suite', { timeout: 30_000 }, () => {
  it('runs as written, backwards, and in other orders', async () => {
    const { tests } = await runOnce('careful', 2);
    expect(tests.map(({ time, name, state, asserted }) => [time, name, state, asserted])).toEqual([
      [1, 'adds nothing', 'passed', true],
      [1, 'adds something', 'passed', true],
      [2, 'adds something', 'passed', true],
      [2, 'adds nothing', 'passed', true],
    ]);
  });

  it('stops at the first test that notices a broken subject', async () => {
    const runs = [0, 1].map((index) => ({
      id: String(index),
      subject: ['servers', String(index)],
      stopsAtFailure: true,
      times: 2,
    }));
    const results = await runSuite({ file: fileOf('careful'), subjects, runs });
    expect([...results.values()].map(({ tests }) => tests.map(({ state }) => state))).toEqual([
      ['passed', 'failed', 'skipped', 'skipped'],
      ['passed', 'failed', 'skipped', 'skipped'],
    ]);
    expect(results.get('0')?.tests[1]).toMatchObject({ expected: '3', received: '-1', timedOut: false });
  });

  it('is seen to wait, to leave things open, and to depend on what was before', async () => {
    const { tests, waits, open, ports, unhandled } = await runOnce('careless', 2);
    expect(waits).toEqual(['careless.ts:8, 1 ms']);
    expect(ports).toEqual([0, 0]);
    expect(open).toEqual([expect.stringMatching(/^a server on port/), expect.stringMatching(/^a server/)]);
    expect(unhandled).toEqual(['nobody cares', 'nobody cares']);
    expect(tests.filter(({ name }) => name === 'remembers').map(({ state }) => state)).toEqual([
      'passed',
      'failed',
    ]);
    expect(tests.find(({ name }) => name.startsWith('waits'))?.asserted).toBe(false);
  });

  it('asserts with a matcher, be it its own, and not with a value alone', async () => {
    const { tests } = await runOnce('asserting');
    expect(tests.map(({ name, asserted }) => [name, asserted])).toEqual([
      ['names a value', false],
      ['compares a value', true],
      ['asks that a promise is kept', true],
      ['asks with a matcher of its own', true],
      ['asks in the words of chai', true],
    ]);
  });

  it('that never comes back has a problem', async () => {
    const { problem, tests } = await runOnce('endless', 1, 3000);
    expect([problem, tests]).toEqual(['it had not come to its end when the time was over', []]);
  });

  it('that is missing is named', async () => {
    await expect(runOnce('no-suite')).rejects.toThrow('`no-suite.ts` exports no `suite`; it exports `suit`');
  });
});

describe('a World', () => {
  it('that is slow answers later, and the same', async () => {
    const { world, controls } = createWorld();
    const slow = slowWorld(world);
    const kept = slow.store.put('key', 'value');
    expect(controls.store.puts).toBe(0);
    await kept;
    expect(await slow.store.get('key')).toBe('value');
    const items = slow.source.open('news');
    expect((await items.next()).value).toMatchObject({ index: 1, topic: 'news' });
    await items.return?.();
    expect(controls.source.open).toBe(0);
  });

  it('that reads ahead asks for items before they are wanted', async () => {
    const { world, controls } = createWorld();
    const items = readAheadWorld(world, 3).source.open('news');
    expect((await items.next()).value).toMatchObject({ index: 1 });
    expect(controls.source.pulls).toBe(4);
    await items.return?.();
    expect(controls.source.open).toBe(0);
  });
});

it('a table fits into 76 columns, and asks below what was missed, at its end', () => {
  const rows = [
    {
      name: 'hoards',
      breaks: 'keeps what it should not',
      by: undefined,
      hint: 'What does 0 mean? '.repeat(6),
    },
    { name: 'says nothing', breaks: 'answers with an empty message', by: 'echoes a message', hint: 'Why?' },
  ];
  const lines = formatTable(rows).split('\n');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(76);
  expect(lines[1]).toMatch(/^caught {2}says nothing /);
  expect(lines.join('\n')).toMatch(/echoes a message.*MISSED {2}hoards .*no test.*What does 0 mean\?/s);
  expect(lines.join('\n')).not.toContain('Why?');
});
