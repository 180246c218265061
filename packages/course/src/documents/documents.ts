import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readIfThere } from '../optional-files.ts';
import { writeFileIfChanged } from '../state/write-file.ts';
import {
  formatGradingReport,
  type Measurement,
  type ReportedUnit,
  readMeasurements,
} from './grading-report.ts';
import { findUnknown, formatMisconceptionIndex } from './misconception-index.ts';

/** Judges that the generated pages are what the course's lessons make of them. */
export async function checkDocuments(units: readonly ReportedUnit[], root: string): Promise<string[]> {
  const problems = findUnknown(units).map(
    (id) =>
      `\`${id}\` is no known misconception: add it to \`packages/course/src/documents/misconceptions.ts\`.`,
  );
  for (const [page, text] of await makeDocuments(units, root)) {
    if ((await readIfThere(join(root, page))) === text) continue;
    problems.push(`\`${page}\` is not what the lessons say: run \`pnpm verify --report\`.`);
  }
  return problems;
}

/** Writes the generated pages; without measurements those of the page stay. */
export async function writeDocuments(
  units: readonly ReportedUnit[],
  root: string,
  measurements?: readonly Measurement[],
): Promise<void> {
  for (const [page, text] of await makeDocuments(units, root, measurements)) {
    const path = join(root, page);
    await mkdir(dirname(path), { recursive: true });
    await writeFileIfChanged(path, text);
  }
}

/** Reads what the page on grading says of earlier measurements. */
export async function readEarlierMeasurements(root: string): Promise<Measurement[]> {
  return readMeasurements(await readIfThere(join(root, gradingPage)));
}

const gradingPage = 'docs/grading.md';

async function makeDocuments(
  units: readonly ReportedUnit[],
  root: string,
  measurements?: readonly Measurement[],
): Promise<Map<string, string>> {
  const measured = measurements ?? (await readEarlierMeasurements(root));
  return new Map([
    ['docs/misconceptions.md', await formatMisconceptionIndex(units, root)],
    [gradingPage, formatGradingReport(units, measured, root)],
  ]);
}
