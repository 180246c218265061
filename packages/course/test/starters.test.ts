import { createGrader } from '@streamlings/grading/supervisor';
import { afterAll, describe, expect, test } from 'vitest';
import { courseRoot } from '../src/course-root.ts';
import { findUnits } from '../src/discovery.ts';
import { readSnapshot } from '../src/snapshot.ts';
import { describeStarterProblems } from '../src/starter-verdict.ts';
import { checkStarterTypes, materializeStarter } from '../src/verify/starter.ts';

const units = await findUnits();
const grader = createGrader();

afterAll(() => grader[Symbol.asyncDispose]());

describe('every lesson', () => {
  test('has a snapshot', async () => {
    for (const { name } of units) expect(await readSnapshot(name, courseRoot), name).toBeDefined();
  });
});

describe.each(units)('the pristine starter of $name', (unit) => {
  test('type-checks, and fails inside its checks', async () => {
    const snapshot = await readSnapshot(unit.name, courseRoot);
    if (!snapshot) throw new Error(`${unit.name} has no snapshot`);
    const starter = await materializeStarter(unit, snapshot);
    expect(await checkStarterTypes(starter)).toEqual([]);
    const events = await Array.fromAsync(grader.run(starter, { types: false }));
    expect(describeStarterProblems(starter, events)).toEqual([]);
  });
});
