import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readIfThere } from '../optional-files.ts';
import { writeFileIfChanged } from '../state/write-file.ts';
import { formatGradingReport, type ReportedUnit } from './grading-report.ts';
import { formatMeasured, type Measured, measuredHeading, readMeasured } from './measured.ts';
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

/** Writes the generated pages; unless something new was measured, that part stays. */
export async function writeDocuments(
  units: readonly ReportedUnit[],
  root: string,
  measured?: Measured,
): Promise<void> {
  for (const [page, text] of await makeDocuments(units, root, measured)) {
    const path = join(root, page);
    await mkdir(dirname(path), { recursive: true });
    await writeFileIfChanged(path, text);
  }
}

/** Reads what the page on grading says was measured. */
export async function readEarlierMeasured(root: string): Promise<Measured> {
  return readMeasured(await readIfThere(join(root, gradingPage)));
}

/** Writes what was measured into the page on grading, and leaves the rest of it. */
export async function writeMeasured(root: string, measured: Measured): Promise<void> {
  const path = join(root, gradingPage);
  const [report = ''] = ((await readIfThere(path)) ?? '').split(measuredHeading);
  await mkdir(dirname(path), { recursive: true });
  await writeFileIfChanged(path, `${report}${formatMeasured(measured)}\n`);
}

const gradingPage = 'docs/grading.md';

async function makeDocuments(
  units: readonly ReportedUnit[],
  root: string,
  measured?: Measured,
): Promise<Map<string, string>> {
  const kept = measured ?? (await readEarlierMeasured(root));
  return new Map([
    ['docs/misconceptions.md', await formatMisconceptionIndex(units, root)],
    [gradingPage, formatGradingReport(units, kept, root)],
  ]);
}
