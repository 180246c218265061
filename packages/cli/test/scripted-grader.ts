import { create } from '@bufbuild/protobuf';
import type { Grader, RunOptions, Workspace } from '@streamlings/grading/supervisor';
import { CheckState, type Event, EventSchema } from '@streamlings/proto/streamlings/result/v1/result';

/** A run that the test decides about. */
export interface ScriptedRun {
  workspace: Workspace;
  options: RunOptions;
  /** Ends the run with a verdict for every check. */
  finish(state: CheckState): void;
}

/** A grader that waits for the test instead of running anything. */
export interface ScriptedGrader extends Grader {
  /** Every run so far, also those that were cancelled. */
  runs: ScriptedRun[];
  /** Resolves with the next run when it has started. */
  nextRun(): Promise<ScriptedRun>;
  /** How many runs were under way at the same time, at most. */
  readonly maxParallel: number;
}

/** Creates a grader whose runs last until the test or the signal ends them. */
export function createScriptedGrader(): ScriptedGrader {
  const runs: ScriptedRun[] = [];
  let parallel = 0;
  let maxParallel = 0;
  let started = Promise.withResolvers<ScriptedRun>();
  return {
    runs,
    nextRun: () => started.promise,
    get maxParallel() {
      return maxParallel;
    },
    warm: () => {},
    async *run(workspace, options = {}) {
      maxParallel = Math.max(maxParallel, ++parallel);
      const ended = Promise.withResolvers<CheckState | undefined>();
      options.signal?.addEventListener('abort', () => ended.resolve(undefined));
      const run = { workspace, options, finish: ended.resolve };
      runs.push(run);
      yield createEvent({ case: 'runStarted', value: { checks: checksOf(workspace, options) } });
      started.resolve(run);
      started = Promise.withResolvers();
      const state = await ended.promise;
      parallel--;
      for (const { name } of state === undefined ? [] : checksOf(workspace, options)) {
        yield createEvent({ case: 'checkStarted', value: { name } });
        yield createEvent({ case: 'checkFinished', value: { name, state: state ?? CheckState.NOT_RUN } });
      }
      yield createEvent({ case: 'runFinished', value: { cancelled: state === undefined } });
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Makes an event of a run from its body. */
export function createEvent(
  body: NonNullable<Parameters<typeof create<typeof EventSchema>>[1]>['body'],
): Event {
  return create(EventSchema, { runId: 'run', lesson: 'lesson-01', step: 1, ...(body ? { body } : {}) });
}

function checksOf({ steps }: Workspace, options: RunOptions) {
  return steps
    .filter(({ number }) => options.steps?.includes(number) ?? true)
    .flatMap(({ number, title, checks }) => checks.map(({ name }) => ({ step: number, group: title, name })));
}
