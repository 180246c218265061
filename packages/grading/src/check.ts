import { resolve } from 'node:path';
import type { DescService } from '@bufbuild/protobuf';
import type { ServiceHandlers } from '@streamlings/grpc';
import { describe, test } from 'vitest';
import { type ChildVerdict, tell } from './child/channel.ts';
import { CrashError, EndedProcessError, watchCrashes } from './child/crashes.ts';
import { forgetLeaks, type Leaks, leaks } from './child/leaks.ts';
import { findTampering } from './child/tampering.ts';
import { freezeTaps } from './child/taps.ts';
import { type Diagnosis, diagnoseHang, type Symptom } from './diagnosis.ts';
import { ExerciseError } from './exercise.ts';
import { readFailure } from './failure.ts';
import { type Served, serve } from './probes/serve.ts';
import { run } from './run.ts';
import { keyOf } from './step-key.ts';
import { CHECK_LIMIT_MS, startWatchdog, WatchdogError } from './watchdog.ts';
import { EventLog } from './world/event-log.ts';
import { type Controls, createWorld, type World } from './world/world.ts';

/** A misconception of the course's catalogue, for example `L1-02`, or `W1-02` of a workshop. */
export type MisconceptionId = `${'L' | 'W'}${number}-${string}`;

/** What a check says besides its verdict. */
export interface CheckOptions {
  /** One hint for each misconception that the check can tell apart: the mechanism and a question, never code. */
  hints: Partial<Record<MisconceptionId, string>>;
  /** The hint when the evidence fits none of them. */
  otherwise: string;
  /** A guard keeps a right answer right: the starter may pass it. Without it, a starter that passes is an error. */
  guard?: boolean;
  /** Misconceptions that are no mistake of the learner's but a trap of this runtime. */
  environment?: MisconceptionId[];
  /** How long the check may take, in milliseconds; 1500 by default. Longer only for what runs programs of its own. */
  limitMs?: number;
}

/** What a check's body works with. Everything it starts is stopped when the check is over. */
export interface CheckContext {
  /** The absolute path of the file that this step is about. */
  file: string;
  /** Handed to the exercise. */
  world: World;
  /** The check's side of the World. */
  controls: Controls;
  /** What the learner's files started and have not stopped. */
  leaks: Leaks;
  /** Serves handlers, the learner's or the check's own, and records every call. */
  serve<S extends DescService>(service: S, handlers: Partial<ServiceHandlers<S>>): Promise<Served<S>>;
  /**
   * Says which evidence points to which misconception. When the check fails, the first entry whose predicate is true
   * picks the hint; a predicate that throws is false.
   */
  diagnose(evidence: Partial<Record<MisconceptionId, (seen: Evidence) => boolean>>): void;
  /** Calls `cleanup` when the check is over, latest first. */
  defer(cleanup: () => unknown): void;
  /** Asks `tell` who waits for what if the check comes to no end; of several, the latest is asked. */
  explainHang(tell: () => Diagnosis | undefined): void;
}

/** What is known about a failure when the diagnosis is made. */
export interface Evidence {
  /** What the failed assertion was about, or the exception's message. */
  label: string;
  /** Why a call hangs, if the watchdog ended the check and the harness can tell. */
  symptom: Symptom | undefined;
  /** What nobody caught, if that ended the check. */
  crash: Error | undefined;
}

interface Step {
  number: number;
  /** The heading of its checks, for example `UnaryCall`. */
  title: string;
  /** The file that the learner edits, relative to the lesson's folder. */
  file: string;
}

let current: Step | undefined;
const stoppedSteps = new Set<number>();

/** Groups the checks of one step. */
export function step(description: Step, body: () => void): void {
  const declare = (): void => {
    current = description;
    body();
    current = undefined;
  };
  if (run?.mode === 'collect') declare();
  else describe(description.title, declare);
}

/** Declares a check: `name` is a promise that can be seen at the wire or in the World. */
export function check(
  name: string,
  options: CheckOptions,
  body: (context: CheckContext) => Promise<void>,
): void {
  const step = current;
  if (!step) throw new Error(`check "${name}" must be inside step()`);
  if (run?.mode === 'collect') {
    const { number, title, file } = step;
    const { hints, guard = false } = options;
    tell({
      kind: 'declared',
      step: number,
      title,
      file,
      name,
      hints: hints as Record<string, string>,
      guard,
    });
    return;
  }
  if (run?.steps && !run.steps.includes(step.number)) return;
  if (run?.name && !name.includes(run.name)) return;
  test(name, { timeout: 0 }, () => runCheck(step, name, options, body));
}

async function runCheck(
  step: Step,
  name: string,
  options: CheckOptions,
  body: (context: CheckContext) => Promise<void>,
): Promise<void> {
  if (stoppedSteps.has(step.number)) {
    tell({ kind: 'finished', verdict: { step: step.number, name, state: 'not run' } });
    return;
  }
  const { limitMs = CHECK_LIMIT_MS } = options;
  tell({ kind: 'started', step: step.number, name, limitMs });
  const startedMs = performance.now();
  let isOver = false;
  // What is heard of this check's calls later is no news of the next one.
  const log = new EventLog((line) => isOver || tell({ kind: 'log', line }));
  const { failure, diagnose, hang } = await attempt(step, body, log, limitMs);
  isOver = true;
  const verdict: ChildVerdict = { step: step.number, name, state: 'passed' };
  if (failure !== undefined) {
    const isLast = failure instanceof WatchdogError || failure instanceof ExerciseError;
    if (isLast || run?.stopsAtFailure) stoppedSteps.add(step.number);
    Object.assign(verdict, explain(failure, options, diagnose, hang), { log: log.lines.slice(-20) });
  }
  verdict.durationMs = performance.now() - startedMs;
  tell({ kind: 'finished', verdict });
  if (failure !== undefined) throw failure;
}

type Diagnose = Array<[id: string, predicate: (seen: Evidence) => boolean]>;

/** Runs a body to its end, its crash or its watchdog, whichever comes first, and stops what it started. */
async function attempt(
  step: Step,
  body: (context: CheckContext) => Promise<void>,
  log: EventLog,
  limitMs: number,
) {
  const { world, controls } = createWorld(log);
  const hangs: Array<() => Diagnosis | undefined> = [];
  const diagnose: Diagnose = [];
  const cleanups: Array<() => unknown> = [];
  forgetLeaks();

  const crashed = Promise.withResolvers<never>();
  crashed.promise.catch(() => {});
  const crashes = watchCrashes((crash) => {
    log.add('process', crash.message);
    crashed.reject(crash);
  });
  const context: CheckContext = {
    file: run?.files[keyOf(step)] ?? resolve(step.file),
    world,
    controls,
    leaks,
    serve: async (service, handlers) => {
      const served = await serve(service, handlers, log);
      cleanups.push(() => served[Symbol.asyncDispose]());
      hangs.push(() => diagnoseHang(served as unknown as Served<DescService>));
      return served;
    },
    diagnose: (evidence) => diagnose.push(...(Object.entries(evidence) as Diagnose)),
    defer: (cleanup) => cleanups.push(cleanup),
    explainHang: (tell) => hangs.push(tell),
  };

  let failure: unknown;
  const watchdog = startWatchdog(limitMs * (run?.timeFactor ?? 1));
  const attemptTo = async (work: () => unknown): Promise<void> => {
    try {
      await Promise.race([settled(work()), crashed.promise, watchdog.barked]);
    } catch (error) {
      failure ??= error ?? new Error('the check failed without an error');
    }
  };
  await attemptTo(() => crashes.run(() => body(context)));
  // What breaks while the harness clears away says nothing about the check.
  crashes.stop();
  const hang = hangs.at(-1)?.();
  if (hangs.length > 0) await freezeTaps();
  for (const cleanup of cleanups.reverse()) await attemptTo(cleanup);
  watchdog[Symbol.dispose]();
  const replaced = findTampering();
  if (replaced) failure = new TamperError(replaced);
  return { failure, diagnose, hang };
}

/** Lets what the work has set off come to light: a crash in the next turns of the event loop is still this check's. */
async function settled(work: unknown): Promise<void> {
  await work;
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
}

class TamperError extends Error {
  constructor(what: string) {
    super(`\`${what}\` was replaced while the check ran; leave it as it was`);
    this.name = 'TamperError';
  }
}

function explain(
  failure: unknown,
  options: CheckOptions,
  diagnose: Diagnose,
  hang: Diagnosis | undefined,
): Partial<ChildVerdict> {
  const read = readFailure(failure);
  // The label says it all; a hint about gRPC would lead astray.
  if (failure instanceof ExerciseError || failure instanceof EndedProcessError)
    return { ...read, state: 'failed' };
  const timedOut = failure instanceof WatchdogError;
  const seen: Evidence = {
    label: read.label,
    symptom: timedOut || failure instanceof CrashError ? hang?.symptom : undefined,
    crash: failure instanceof CrashError ? failure : undefined,
  };
  const misconception = diagnose.find(
    ([id, predicate]) => id in options.hints && isTrue(predicate, seen),
  )?.[0];
  const hint = options.hints[misconception as MisconceptionId] ?? options.otherwise;
  const isTrap = options.environment?.some((id) => id === misconception) ?? false;
  return {
    ...read,
    state: isTrap ? 'environment' : 'failed',
    hint,
    ...(misconception ? { misconception } : {}),
    ...(timedOut && hang ? { diagnosis: hang.text } : {}),
  };
}

function isTrue(predicate: (seen: Evidence) => boolean, seen: Evidence): boolean {
  try {
    return predicate(seen);
  } catch {
    return false;
  }
}
