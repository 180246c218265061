import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findUnit } from '../src/discovery.ts';
import {
  checkDocuments,
  readEarlierMeasured,
  writeDocuments,
  writeMeasured,
} from '../src/documents/documents.ts';
import { formatGradingReport } from '../src/documents/grading-report.ts';
import { addMutants, addRuns, type Measured, readMeasured } from '../src/documents/measured.ts';
import { misconceptions } from '../src/documents/misconceptions.ts';
import { inspectUnit } from '../src/verify/inspect-unit.ts';
import { createReleasedCourse } from './released-course.ts';
import type { TinyCourse } from './tiny-course.ts';

async function readUnits({ root }: TinyCourse) {
  const unit = await findUnit('lesson-01', root);
  const { snapshot, mistakes, variants } = await inspectUnit(unit, root, false);
  const checks =
    snapshot?.steps.flatMap(({ number, checks }) => checks.map(({ name }) => ({ step: number, name }))) ?? [];
  return [{ name: unit.name, title: snapshot?.title ?? '', folder: unit.folder, checks, mistakes, variants }];
}

const busy = {
  date: '2026-11-21',
  node: '26.10.0',
  lessons: 1,
  runs: 140,
  unexpected: 0,
  isStressed: true,
};
const idle = { ...busy, isStressed: false };
const score = { date: '2026-11-21', lesson: 'lesson-01', mutants: 49, killed: 43 };
const measured: Measured = { runs: [busy], mutants: [score] };

describe('the pages about the course', () => {
  test('lead from a symptom to the check that catches it, and to a program that proves it', async () => {
    await using course = await createReleasedCourse();
    const units = await readUnits(course);
    await writeDocuments(units, course.root);
    const page = await readFile(join(course.root, 'docs/misconceptions.md'), 'utf8');
    const [mistake] = units[0]?.mistakes ?? [];
    const { belief, symptom } = misconceptions[mistake?.misconception ?? ''] ?? {};
    const row = page.split('\n').find((line) => line.startsWith(`| ${symptom} |`));
    expect(row).toContain(`${belief} (${mistake?.misconception})`);
    expect(row).toContain(`[${mistake?.fails}](../solutions/lesson-01-answer/${mistake?.file})`);
  });

  test('are current until a lesson changes', async () => {
    await using course = await createReleasedCourse();
    const units = await readUnits(course);
    await writeDocuments(units, course.root);
    expect(await checkDocuments(units, course.root)).toEqual([]);
    const renamed = units.map((unit) => ({ ...unit, title: 'Another title' }));
    expect(await checkDocuments(renamed, course.root)).toEqual([
      '`docs/misconceptions.md` is not what the lessons say: run `pnpm verify --report`.',
      '`docs/grading.md` is not what the lessons say: run `pnpm verify --report`.',
    ]);
  });

  test('name a misconception that nobody has described', async () => {
    await using course = await createReleasedCourse();
    const units = (await readUnits(course)).map((unit) => ({
      ...unit,
      mistakes: unit.mistakes.map((mistake) => ({ ...mistake, misconception: 'L9-99' })),
    }));
    expect((await checkDocuments(units, course.root))[0]).toMatch(/^`L9-99` is no known misconception/);
  });

  test('keep what was measured when they are written anew', async () => {
    await using course = await createReleasedCourse();
    const units = await readUnits(course);
    await writeDocuments(units, course.root, measured);
    await writeDocuments(units, course.root);
    expect(await readEarlierMeasured(course.root)).toEqual(measured);
  });

  test('take in a score and leave the rest as it is', async () => {
    await using course = await createReleasedCourse();
    const units = await readUnits(course);
    await writeDocuments(units, course.root, measured);
    const better = addMutants(measured, { ...score, killed: 49 });
    await writeMeasured(course.root, better);
    expect(await checkDocuments(units, course.root)).toEqual([]);
    expect(await readEarlierMeasured(course.root)).toEqual(better);
  });
});

describe('what was measured', () => {
  test('replaces what was measured before on the same Node under the same load', () => {
    const later = { ...busy, date: '2026-12-01', runs: 2 };
    expect(addRuns({ runs: [busy, idle], mutants: [] }, later).runs).toEqual([idle, later]);
  });

  test('is in the order of the lessons, and has one score for each', () => {
    const second = { ...score, lesson: 'lesson-02' };
    const again = { ...score, killed: 44 };
    expect(addMutants({ runs: [], mutants: [second, score] }, again).mutants).toEqual([again, second]);
  });

  test('reads back as it was written', () => {
    const both = { runs: [busy, { ...idle, node: '22.23.3' }], mutants: [score] };
    expect(readMeasured(formatGradingReport([], both, '/'))).toEqual(both);
    expect(readMeasured(undefined)).toEqual({ runs: [], mutants: [] });
  });
});
