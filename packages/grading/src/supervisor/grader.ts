import { availableParallelism, loadavg } from 'node:os';
import { dirname } from 'node:path';
import type { Event } from '@streamlings/proto/streamlings/result/v1/result';
import type { ChildLine } from '../child/channel.ts';
import { GradingChild } from './child-process.ts';
import { EventQueue } from './queue.ts';
import { Run, type RunOptions } from './run.ts';
import type { StepSpec, Workspace } from './workspace.ts';

export type { RunOptions } from './run.ts';
export type { CheckSpec, StepSpec, Workspace } from './workspace.ts';

/** Grades workspaces, one run at a time, and keeps a warm process for the next. */
export interface Grader extends AsyncDisposable {
  /** Starts a process ahead of need. */
  warm(workspace: Workspace): void;
  /**
   * Grades a workspace. The events end with one `runFinished`, whatever the learner's code does; a run that was
   * cancelled by its signal ends with it too. Leaving the iteration early cancels the run.
   *
   * @throws Error if the grading process cannot be started at all.
   */
  run(workspace: Workspace, options?: RunOptions): AsyncIterable<Event>;
}

/**
 * Creates a grader. `timeFactor` multiplies every watchdog. By default it is `STREAMLINGS_TIME_FACTOR`, or else, for each
 * run anew, as much more than 1, up to 4, as the machine has more to do than it has processors.
 */
export function createGrader(options: { timeFactor?: number } = {}): Grader {
  const fixedTimeFactor = options.timeFactor ?? readTimeFactor();
  let spare: GradingChild | undefined;

  const prepare = ({ folder, checks }: Workspace): GradingChild => {
    if (spare?.serves(folder, checks)) return spare;
    void spare?.kill();
    spare = new GradingChild(folder, checks);
    return spare;
  };
  const take = async (workspace: Workspace): Promise<GradingChild> => {
    const child = prepare(workspace);
    await child.ready().catch(() => {});
    if (child.serves(workspace.folder, workspace.checks)) return child;
    // It died of what the run before left behind; a fresh process owes nothing to anyone.
    const fresh = prepare(workspace);
    await fresh.ready();
    return fresh;
  };

  return {
    warm: (workspace) => void prepare(workspace),
    async *run(workspace, runOptions = {}) {
      const left = new AbortController();
      const signal = AbortSignal.any([left.signal, ...(runOptions.signal ? [runOptions.signal] : [])]);
      const queue = new EventQueue<Event>();
      const timeFactor = fixedTimeFactor ?? measureLoad();
      const run = new Run(workspace, { ...runOptions, signal }, timeFactor, (event) => queue.push(event));
      const performed = run.perform(() => take(workspace)).finally(() => queue.end());
      performed.catch(() => {});
      try {
        yield* queue;
        await performed;
      } finally {
        left.abort();
        await performed.catch(() => {});
        // A process that had to be killed is replaced before the next run asks for one.
        if (spare?.folder === workspace.folder) prepare(workspace);
      }
    },
    [Symbol.asyncDispose]: async () => {
      await spare?.kill();
    },
  };
}

/** A check as its checks.ts declares it. */
export type DeclaredCheck = Omit<Extract<ChildLine, { kind: 'declared' }>, 'kind'>;

/** Reads from a checks.ts what it expects, without loading any file of the learner. */
export async function collectChecks(workspace: { checks: string }): Promise<StepSpec[]> {
  const steps = new Map<number, StepSpec>();
  for (const { step: number, title, file, name, hints, guard } of await collectDeclarations(workspace)) {
    const step = steps.get(number) ?? { number, title, file, checks: [] };
    steps.set(number, step);
    step.checks.push({ name, misconceptions: Object.keys(hints), ...(guard ? { guard } : {}) });
  }
  return [...steps.values()];
}

/** Reads from a checks.ts every check with its hints, without loading any file of the learner. */
export async function collectDeclarations({ checks }: { checks: string }): Promise<DeclaredCheck[]> {
  const child = new GradingChild(dirname(checks), checks);
  try {
    await child.ready();
    const declared: DeclaredCheck[] = [];
    const done = Promise.withResolvers<string[]>();
    child.onLine = (line) => {
      if (line.kind === 'declared') declared.push(line);
      if (line.kind === 'done') done.resolve(line.problems);
    };
    void child.ended.then((how) => done.resolve([`the process is gone: ${how}`]));
    child.start({ mode: 'collect', files: {}, timeFactor: 1 });
    const problems = (await done.promise).filter((problem) => !problem.includes('No test suite found'));
    if (problems.length > 0) throw new Error(`\`${checks}\` could not be read: ${problems.join('\n')}`);
    return declared;
  } finally {
    await child.kill();
  }
}

function measureLoad(): number {
  return Math.min(4, Math.max(1, (loadavg()[0] ?? 0) / availableParallelism()));
}

function readTimeFactor(): number | undefined {
  const text = process.env.STREAMLINGS_TIME_FACTOR;
  if (text === undefined) return undefined;
  const factor = Number(text);
  if (factor > 0 && Number.isFinite(factor)) return factor;
  throw new Error(`\`STREAMLINGS_TIME_FACTOR\` must be a number above 0, got \`${text}\``);
}
