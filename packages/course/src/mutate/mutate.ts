import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { scoreOf } from '@streamlings/grading/report';
import { createGrader, type Grader, type Workspace } from '@streamlings/grading/supervisor';
import type { Event } from '@streamlings/proto/streamlings/result/v1/result';
import { CourseError } from '../course-error.ts';
import { courseRoot } from '../course-root.ts';
import { findUnit, findUnits, type Unit } from '../discovery.ts';
import { readEarlierMeasured, writeMeasured } from '../documents/documents.ts';
import { addMutants } from '../documents/measured.ts';
import { loadWorkspace } from '../workspace.ts';
import { type Mutant, makeMutants } from './mutants.ts';
import { describeProblems, isExcused, readExcuses, type Survivor } from './survivors.ts';

/** What became of the mutants of a lesson's solution. */
export interface MutationResult {
  unit: Unit;
  mutants: number;
  killed: number;
  survivors: Survivor[];
  /** Survivors that nobody has explained, and explanations of mutants that did not survive, as sentences. */
  problems: string[];
}

/** How mutants are run. */
export interface MutateOptions {
  /** The names of lessons; all if there are none. Workshops have no mutants. */
  names?: string[];
  /** Whether the scores are written into the page on grading. */
  writesReport?: boolean;
  root?: string;
  onMutant?(): void;
}

/**
 * Runs the checks of lessons against every mutant of their solutions.
 *
 * @throws CourseError where a solution does not pass as it is.
 */
export async function mutate(options: MutateOptions = {}): Promise<MutationResult[]> {
  const { names = [], root = courseRoot } = options;
  const chosen =
    names.length > 0 ? await Promise.all(names.map((name) => findUnit(name, root))) : await findUnits(root);
  const units = chosen.filter(({ kind }) => kind === 'lesson');
  const results: MutationResult[] = [];
  for (const unit of units) results.push(await mutateUnit(unit, root, options));
  if (options.writesReport) await report(results, root);
  return results;
}

async function report(results: MutationResult[], root: string): Promise<void> {
  const date = new Date().toISOString().slice(0, 10);
  let measured = await readEarlierMeasured(root);
  for (const { unit, mutants, killed } of results) {
    measured = addMutants(measured, { date, lesson: unit.name, mutants, killed });
  }
  await writeMeasured(root, measured);
}

interface Job {
  step: number;
  file: string;
  mutant: Mutant;
  occurrence: number;
  path: string;
}

async function mutateUnit(unit: Unit, root: string, { onMutant }: MutateOptions): Promise<MutationResult> {
  const workspace = await loadWorkspace(`${unit.name}-solution`, root);
  // Beside the solution, so that its packages are found, and where nothing looks for sources.
  const place = join(workspace.folder, '.streamlings', 'mutants');
  await mkdir(place, { recursive: true });
  try {
    await withGrader((grader) => expectPass(grader, workspace));
    const jobs = await makeJobs(workspace, place);
    const excuses = await readExcuses(unit);
    const survivors: Survivor[] = [];
    const doubtful: Job[] = [];
    const queue = [...jobs];
    const work = async (grader: Grader): Promise<void> => {
      for (let job = queue.shift(); job; job = queue.shift()) {
        const survivor = toSurvivor(job);
        const hasSurvived = await survives(grader, workspace, job);
        if (hasSurvived !== isExcused(survivor, excuses)) doubtful.push(job);
        else if (hasSurvived) survivors.push(survivor);
        onMutant?.();
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, () => withGrader(work)));
    // What comes out otherwise than it is written down gets a second run, in which nothing else takes its time.
    await withGrader(async (grader) => {
      for (const job of doubtful) if (await survives(grader, workspace, job)) survivors.push(toSurvivor(job));
    });
    survivors.sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
    const problems = describeProblems(unit, survivors, excuses);
    return { unit, mutants: jobs.length, killed: jobs.length - survivors.length, survivors, problems };
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function makeJobs(workspace: Workspace, place: string): Promise<Job[]> {
  const jobs: Job[] = [];
  for (const { number: step, file } of workspace.steps) {
    const text = await readFile(join(workspace.folder, file), 'utf8');
    const seen: string[] = [];
    for (const mutant of makeMutants(file, text)) {
      const key = `${mutant.code}\n${mutant.change}`;
      seen.push(key);
      const occurrence = seen.filter((each) => each === key).length;
      jobs.push({ step, file, mutant, occurrence, path: join(place, `${step}-${jobs.length}.ts`) });
    }
  }
  return jobs;
}

async function withGrader(work: (grader: Grader) => Promise<void>): Promise<void> {
  const grader = createGrader();
  try {
    await work(grader);
  } finally {
    await grader[Symbol.asyncDispose]();
  }
}

async function expectPass(grader: Grader, workspace: Workspace): Promise<void> {
  const events: Event[] = [];
  for await (const event of grader.run(workspace, { types: false })) events.push(event);
  if (!scoreOf(events).ok) {
    throw new CourseError(`\`${workspace.name}\` does not pass as it is: run \`pnpm verify\` first.`);
  }
}

async function survives(grader: Grader, workspace: Workspace, job: Job): Promise<boolean> {
  await writeFile(job.path, job.mutant.text);
  const files = { ...workspace.files, [job.step]: job.path };
  const events: Event[] = [];
  const options = { steps: [job.step], types: false, stopsAtFailure: true };
  for await (const event of grader.run({ ...workspace, files }, options)) events.push(event);
  return scoreOf(events).ok;
}

function toSurvivor({ file, occurrence, mutant: { line, code, change } }: Job): Survivor {
  return { file, line, code, change, occurrence };
}
