import { tableOf } from './markdown.ts';

/** What one `verify` of the whole course measured. */
export interface RunsMeasured {
  /** As an ISO 8601 date. */
  date: string;
  node: string;
  lessons: number;
  runs: number;
  /** Runs that did not come out as they must. */
  unexpected: number;
  isStressed: boolean;
}

/** What became of the mutants of one lesson's solution. */
export interface MutantsMeasured {
  /** As an ISO 8601 date. */
  date: string;
  lesson: string;
  mutants: number;
  killed: number;
}

/** The part of the report that was measured, on some day on some machine; it is kept and never compared. */
export interface Measured {
  runs: RunsMeasured[];
  mutants: MutantsMeasured[];
}

export const measuredHeading = '## Measured';
const mutantsHeading = '## Mutants';

/** Writes what was measured as Markdown. */
export function formatMeasured({ runs, mutants }: Measured): string {
  const runRows = runs.map(({ date, node, lessons, runs, unexpected, isStressed }) => {
    return [date, node, lessons, runs, unexpected, isStressed ? 'kept busy' : 'as they were'].map(String);
  });
  const mutantRows = mutants.map(({ date, lesson, mutants, killed }) => {
    return [date, lesson, String(mutants), String(killed), percentage(killed, mutants)];
  });
  const sum = (key: 'mutants' | 'killed') => mutants.reduce((total, row) => total + row[key], 0);
  const all = [
    '',
    'all',
    String(sum('mutants')),
    String(sum('killed')),
    percentage(sum('killed'), sum('mutants')),
  ];
  return [
    measuredHeading,
    'Every line is one run of `pnpm verify --report` over lessons and workshops as they were that day.',
    tableOf(['Date', 'Node', 'Lessons', 'Runs', 'Unexpected', 'Processors'], runRows),
    mutantsHeading,
    'A mutant is a solution with one change: a condition turned round, a number one higher, a statement left out. `pnpm mutate --report` makes all that it can think of, and counts those that some check refuses. Beside each solution, `survivors.json` says of every other one why it does the same as the solution, or nothing that was promised.',
    tableOf(['Date', 'Lesson', 'Mutants', 'Killed', 'Share'], [...mutantRows, all]),
  ].join('\n\n');
}

/** Reads what an earlier report says was measured; the text may be missing. */
export function readMeasured(report: string | undefined): Measured {
  const [, measured = ''] = report?.split(`${measuredHeading}\n`) ?? [];
  const [runs = '', mutants = ''] = measured.split(`${mutantsHeading}\n`);
  return {
    runs: readRows(runs).map(([date = '', node = '', lessons, runs, unexpected, processors]) => ({
      date,
      node,
      lessons: Number(lessons),
      runs: Number(runs),
      unexpected: Number(unexpected),
      isStressed: processors === 'kept busy',
    })),
    mutants: readRows(mutants).map(([date = '', lesson = '', mutants, killed]) => ({
      date,
      lesson,
      mutants: Number(mutants),
      killed: Number(killed),
    })),
  };
}

/** Adds runs; they replace earlier ones on the same Node under the same load. */
export function addRuns(measured: Measured, added: RunsMeasured): Measured {
  const isOther = ({ node, isStressed }: RunsMeasured) =>
    node !== added.node || isStressed !== added.isStressed;
  return { ...measured, runs: [...measured.runs.filter(isOther), added] };
}

/** Adds the score of a lesson; it replaces the earlier one. */
export function addMutants(measured: Measured, added: MutantsMeasured): Measured {
  const others = measured.mutants.filter(({ lesson }) => lesson !== added.lesson);
  const mutants = [...others, added].sort((a, b) => a.lesson.localeCompare(b.lesson));
  return { ...measured, mutants };
}

function readRows(section: string): string[][] {
  return [...section.matchAll(/^\| (\d{4}-.+) \|$/gm)].map(([, row = '']) => row.split(' | '));
}

function percentage(part: number, whole: number): string {
  return whole === 0 ? '' : `${((part / whole) * 100).toFixed(1)} %`;
}
