import { availableParallelism } from 'node:os';
import { courseRoot } from '../course-root.ts';
import { findUnit, findUnits } from '../discovery.ts';
import {
  checkDocuments,
  readEarlierMeasured,
  writeDocuments,
  writeMeasured,
} from '../documents/documents.ts';
import { addRuns, type Measured } from '../documents/measured.ts';
import { startBurners } from './burners.ts';
import { checkProof } from './check-proof.ts';
import { checkGenerated } from './generated.ts';
import { type Inspection, inspectUnit } from './inspect-unit.ts';
import { type Outcome, type RunCasesOptions, runCases, runSurprisesAgain } from './run-cases.ts';

/** How much is verified, and how hard. */
export interface VerifyOptions {
  /** The names of lessons and workshops; all if there are none. */
  names?: string[];
  /** How often every case runs; once by default. Once only, one that surprises runs again alone. */
  repeat?: number;
  /** Whether other processes keep the processors busy meanwhile. */
  stress?: boolean;
  /** After this time no further case of a repetition starts; unlimited by default. */
  budgetMinutes?: number;
  /** Whether the files that learners edit are judged too; by default where the environment says `CI`. */
  judgesLearnerFiles?: boolean;
  /** Whether what was measured is written and, where all lessons are verified, the generated pages, which are else compared. */
  writesReport?: boolean;
  root?: string;
  onOutcome?(outcome: Outcome): void;
  /** Is told after each round, counted from 1, what came of its runs. */
  onRound?(round: number, outcomes: Outcome[]): void;
}

/** What `verify` found. */
export interface Verification {
  inspections: Inspection[];
  outcomes: Outcome[];
  /** Every violation, as a sentence with the file, the value and the way out. */
  problems: string[];
  minutes: number;
}

const stressTimeFactor = 5;

/**
 * Verifies that every lesson keeps its promises: names, texts and sizes fit, and every starter, solution, variant and
 * mistake gets the verdict that it must get.
 *
 * @throws CourseError where the lessons cannot even be found.
 */
export async function verify(options: VerifyOptions = {}): Promise<Verification> {
  const startedMs = performance.now();
  const root = options.root ?? courseRoot;
  const judgesLearnerFiles = options.judgesLearnerFiles ?? Boolean(process.env.CI);
  const names = options.names ?? [];
  const units =
    names.length > 0 ? await Promise.all(names.map((name) => findUnit(name, root))) : await findUnits(root);
  const generated = checkGenerated(root);
  const inspections: Inspection[] = [];
  for (const unit of units) inspections.push(await inspectUnit(unit, root, judgesLearnerFiles));
  const outcomes = await runRounds(inspections, options, startedMs);
  const minutes = (performance.now() - startedMs) / 60_000;
  const measured = options.writesReport ? await measure(inspections, outcomes, options, root) : undefined;
  if (measured) await writeMeasured(root, measured);
  // The rest of the pages is about the whole course, and a part of it cannot say whether that is current.
  const documents = names.length === 0 ? await judgeDocuments(inspections, root, measured) : [];
  const problems = [
    ...(await generated),
    ...documents,
    ...inspections.flatMap((each) => each.problems),
    ...outcomes.flatMap((outcome) => outcome.problems),
    ...inspections.flatMap((each) => checkProof(each, outcomes)),
  ];
  return {
    inspections,
    outcomes,
    problems: [...new Set(problems)],
    minutes,
  };
}

/** Adds these runs to what was measured before. */
async function measure(
  inspections: Inspection[],
  outcomes: Outcome[],
  { stress = false }: VerifyOptions,
  root: string,
): Promise<Measured> {
  return addRuns(await readEarlierMeasured(root), {
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    lessons: inspections.length,
    runs: outcomes.length,
    unexpected: outcomes.filter((outcome) => outcome.problems.length > 0).length,
    isStressed: stress,
  });
}

/** Writes the pages if something was measured for them, and judges them. */
async function judgeDocuments(
  inspections: Inspection[],
  root: string,
  measured: Measured | undefined,
): Promise<string[]> {
  const units = inspections.flatMap(({ unit, snapshot, mistakes, variants }) => {
    if (!snapshot) return [];
    const checks = snapshot.steps.flatMap(({ number, checks }) =>
      checks.map(({ name }) => ({ step: number, name })),
    );
    return [{ name: unit.name, title: snapshot.title, folder: unit.folder, checks, mistakes, variants }];
  });
  if (measured) await writeDocuments(units, root, measured);
  return checkDocuments(units, root);
}

async function runRounds(
  inspections: Inspection[],
  options: VerifyOptions,
  startedMs: number,
): Promise<Outcome[]> {
  const { repeat = 1, stress = false, budgetMinutes = Infinity, onOutcome } = options;
  const cases = inspections.flatMap((each) => each.cases);
  const isInBudget = () => performance.now() - startedMs < budgetMinutes * 60_000;
  const settings: RunCasesOptions = {
    // Many cases wait for a watchdog most of their time.
    parallel: availableParallelism() + 1,
    ...(stress ? { timeFactor: stressTimeFactor } : {}),
    ...(onOutcome ? { onOutcome } : {}),
  };
  const burners = startBurners(stress ? availableParallelism() : 0);
  try {
    // The first round always runs whole, so that a verdict never rests on a budget.
    const outcomes = await runCases(cases, settings);
    if (repeat === 1 && !stress) return await runSurprisesAgain(outcomes, settings);
    options.onRound?.(1, outcomes);
    for (let round = 1; round < repeat && isInBudget(); round++) {
      const rotated = rotate(cases, Math.floor((round * cases.length) / repeat));
      const next = await runCases(rotated, { ...settings, mayGoOn: isInBudget });
      options.onRound?.(round + 1, next);
      outcomes.push(...next);
    }
    return outcomes;
  } finally {
    burners[Symbol.dispose]();
  }
}

/** Each round starts elsewhere, so that a budget that runs out does not always spare the same files. */
function rotate<T>(items: T[], by: number): T[] {
  return [...items.slice(by), ...items.slice(0, by)];
}
