import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findUnit } from '../src/discovery.ts';
import { checkDocuments, readEarlierMeasurements, writeDocuments } from '../src/documents/documents.ts';
import {
  addMeasurement,
  formatGradingReport,
  type Measurement,
  readMeasurements,
} from '../src/documents/grading-report.ts';
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

const measurement: Measurement = {
  date: '2026-11-21',
  node: '26.10.0',
  lessons: 1,
  runs: 140,
  unexpected: 0,
  isStressed: true,
};

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
    await writeDocuments(units, course.root, [measurement]);
    await writeDocuments(units, course.root);
    expect(await readEarlierMeasurements(course.root)).toEqual([measurement]);
  });
});

describe('a measurement', () => {
  test('replaces the earlier one on the same Node under the same load', () => {
    const idle = { ...measurement, isStressed: false };
    const later = { ...measurement, date: '2026-12-01', runs: 2 };
    expect(addMeasurement([measurement, idle], later)).toEqual([idle, later]);
  });

  test('reads back as it was written', () => {
    const measurements = [measurement, { ...measurement, node: '22.23.3', isStressed: false }];
    expect(readMeasurements(formatGradingReport([], measurements, '/'))).toEqual(measurements);
    expect(readMeasurements(undefined)).toEqual([]);
  });
});
