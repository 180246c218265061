import { join, relative, sep } from 'node:path';
import type { StepSpec, Workspace } from '@streamlings/grading/supervisor';
import { CourseError } from '../course-error.ts';
import type { Unit } from '../discovery.ts';
import { readLessonFiles } from '../lesson-files.ts';
import { readIfThere } from '../optional-files.ts';
import { readSnapshot, type Snapshot } from '../snapshot.ts';
import { readStateAfter, stateFolderOf } from '../states.ts';
import { readCurrentSnapshot } from '../take-snapshot.ts';
import { loadWorkspace } from '../workspace.ts';
import {
  type Case,
  createBeforeCase,
  createMistakeCase,
  createSolutionCase,
  createStarterCase,
  createVariantCase,
} from './cases.ts';
import { checkCounts } from './count-rules.ts';
import { checkImports } from './import-rules.ts';
import { findReplaced, type Mistake, type Replaced, readMistakes } from './mistakes.ts';
import { checkReadme } from './readme-rules.ts';
import { checkSizes } from './size-rules.ts';
import { checkSnapshot } from './snapshot-rules.ts';
import { checkCoverage, checkSpec } from './spec-rules.ts';
import { checkStarterTypes, materializeStarter } from './starter.ts';
import { checkWorkshopTexts } from './workshop-rules.ts';

/** What can be said about a lesson before anything of it runs, and what has to run. */
export interface Inspection {
  unit: Unit;
  snapshot: Snapshot | undefined;
  problems: string[];
  cases: Case[];
  /** Wrong answers, those for other versions of Node included. */
  mistakes: Mistake[];
  /** Right answers in other styles. */
  variants: Replaced[];
  /** How many mistakes belong to other versions of Node. */
  skipped: number;
}

/** Reads everything of a lesson and its solution. `judgesLearnerFiles` includes the files that learners edit. */
export async function inspectUnit(
  unit: Unit,
  root: string,
  judgesLearnerFiles: boolean,
): Promise<Inspection> {
  const snapshot = await readSnapshot(unit.name, root);
  if (!snapshot) {
    const problem = `\`${unit.name}\` has no snapshot: run \`pnpm streamlings snapshot ${unit.name}\`.`;
    return { unit, snapshot, problems: [problem], cases: [], mistakes: [], variants: [], skipped: 0 };
  }
  const starter = await materializeStarter(unit, snapshot);
  const replaced = await readReplaced(unit, snapshot);
  const problems = await Promise.all([
    checkSnapshotOf(unit, snapshot, root, judgesLearnerFiles),
    checkReadmeOf(unit, snapshot, root),
    checkSpec(unit.kind, snapshot),
    checkSolutionFolder(unit, snapshot, root),
    checkImports(snapshot.files, placeOf(unit.folder, root)),
    checkStarterTypes(starter),
    replaced.problems,
  ]);
  const mistakes = replaced.mistakes.filter(({ nodes }) => nodes?.includes(currentMajor) ?? true);
  const cases = await createCases(unit, starter, replaced.variants, mistakes, root);
  const skipped = replaced.mistakes.length - mistakes.length;
  const { variants } = replaced;
  return {
    unit,
    snapshot,
    problems: problems.flat(),
    cases,
    mistakes: replaced.mistakes,
    variants,
    skipped,
  };
}

/** Lines up everything that has to run; each step of a workshop is run on what the steps up to it lead to. */
async function createCases(
  unit: Unit,
  starter: Workspace,
  variants: Replaced[],
  mistakes: Mistake[],
  root: string,
): Promise<Case[]> {
  const solution = await loadWorkspace(`${unit.name}-solution`, root);
  const after = (step: number): Workspace => ({ ...solution, folder: stateFolderOf(unit, step) });
  const states =
    unit.kind === 'lesson'
      ? [createSolutionCase(unit.name, solution)]
      : solution.steps.flatMap(({ number }) => [
          ...(number > 1 ? [createBeforeCase(unit.name, after(number - 1), number)] : []),
          createSolutionCase(unit.name, after(number), number),
        ]);
  // A check that no mistake names is proven by those that fail it behind another one.
  const hasUnnamed = ({ number, checks }: StepSpec): boolean =>
    checks.some(
      ({ name, guard }) =>
        !guard && !mistakes.some(({ step, fails }) => step.number === number && fails === name),
    );
  return [
    createStarterCase(starter),
    ...states,
    ...variants.map((variant) => createVariantCase(unit.name, after(variant.step.number), variant)),
    ...mistakes.map((mistake) => {
      const { step } = mistake;
      return createMistakeCase(unit.name, after(step.number), mistake, { runsOn: hasUnnamed(step) });
    }),
  ];
}

const currentMajor = Number(process.versions.node.split('.')[0]);

async function readReplaced(unit: Unit, snapshot: Snapshot) {
  const variants = await findReplaced(unit, 'variants', snapshot);
  const files = await findReplaced(unit, 'mistakes', snapshot);
  const { mistakes, problems } = await readMistakes(files.found, `${unit.name}-solution`);
  const all = [...variants.problems, ...files.problems, ...problems, ...checkCoverage(snapshot, mistakes)];
  all.push(...checkCounts(unit, snapshot, variants.found, mistakes));
  return { variants: variants.found, mistakes, problems: all };
}

async function checkSnapshotOf(
  unit: Unit,
  snapshot: Snapshot,
  root: string,
  judgesLearnerFiles: boolean,
): Promise<string[]> {
  try {
    return checkSnapshot(snapshot, await readCurrentSnapshot(unit.name, root), judgesLearnerFiles);
  } catch (error) {
    if (!(error instanceof CourseError)) throw error;
    return [`\`${unit.name}\`: ${error.message}`];
  }
}

async function checkReadmeOf(unit: Unit, snapshot: Snapshot, root: string): Promise<string[]> {
  const path = join(unit.folder, 'README.md');
  const place = placeOf(path, root);
  const readme = await readIfThere(path);
  if (readme === undefined) return [`\`${place}\` is missing: write it.`];
  if (unit.kind === 'workshop') return checkWorkshopTexts(unit, readme, placeOf(unit.folder, root), snapshot);
  return checkReadme(readme, place, unit.number, snapshot);
}

async function checkSolutionFolder(unit: Unit, snapshot: Snapshot, root: string): Promise<string[]> {
  const place = placeOf(unit.solution, root);
  const manifest = await readIfThere(join(unit.solution, 'package.json'));
  if (manifest === undefined)
    return [`\`${place}/package.json\` is missing: add the solution of \`${unit.name}\`.`];
  const { name } = JSON.parse(manifest);
  const files = await readLessonFiles(unit.solution);
  const states = await Promise.all(snapshot.steps.map(({ number }) => readStateAfter(unit, number)));
  const problems = [...checkSizes(unit.kind, snapshot, states), ...checkImports(files, place)];
  if (name !== `${unit.name}-solution`) {
    problems.push(
      `\`${place}/package.json\`: the name is \`${name}\`: change it to \`${unit.name}-solution\`.`,
    );
  }
  return problems;
}

function placeOf(path: string, root: string): string {
  return relative(root, path).split(sep).join('/');
}
