import { join } from 'node:path';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { type Event, NoticeKind } from '@streamlings/proto/streamlings/result/v1/result';
import type { ChildLine, ChildVerdict } from '../child/channel.ts';
import { keyOf } from '../step-key.ts';
import { CHECK_LIMIT_MS } from '../watchdog.ts';
import type { LogLine } from '../world/event-log.ts';
import { CheckWire } from './check-wire.ts';
import type { GradingChild } from './child-process.ts';
import { EventFactory } from './events.ts';
import { checkTypes } from './types.ts';
import type { Workspace } from './workspace.ts';

/** What to run of a workspace. */
export interface RunOptions {
  /** Only these steps, counted from 1. */
  steps?: number[];
  /** Only the checks whose name contains this text. */
  name?: string;
  /** Whether a step is over with its first check that does not pass, and the rest is `not run`; false by default. */
  stopsAtFailure?: boolean;
  /** Stops the run; its last event then says that it was cancelled. */
  signal?: AbortSignal;
  /** Whether the type checker runs beside the checks; true by default. */
  types?: boolean;
  /** Whether a check that passed shows its frames, too; false by default. */
  wire?: boolean;
}

/** How much memory a run may add to its process. */
const MAX_GROWTH_BYTES = 256 * 2 ** 20;
const HEARTBEATS_PER_SECOND = 10;
/** How much longer than a check's own watchdog the supervisor waits, in heartbeats of the child. */
const GRACE_HEARTBEATS = 10;
/** For how many seconds, counted while the supervisor itself runs, a child may give no sign of life at all. */
const MAX_SILENT_SECONDS = 15;

interface Expected {
  step: number;
  group: string;
  name: string;
  judged: boolean;
}

/** One graded run: it owns the expected list and makes sure that every check on it gets exactly one verdict. */
export class Run {
  readonly #workspace: Workspace;
  readonly #options: RunOptions;
  readonly #timeFactor: number;
  readonly #emit: (event: Event) => void;
  readonly #events: EventFactory;
  readonly #expected: Expected[];
  readonly #startedMs = performance.now();
  #passed = 0;
  #started: Expected | undefined;
  /** What the running check may take. */
  #limitMs = CHECK_LIMIT_MS;
  /** Signs of life since the run began, a check started or a check ended. */
  #heartbeats = 0;
  #log: LogLine[] = [];
  #wire = new CheckWire();
  #firstRssBytes: number | undefined;

  constructor(workspace: Workspace, options: RunOptions, timeFactor: number, emit: (event: Event) => void) {
    this.#workspace = workspace;
    this.#options = options;
    this.#timeFactor = timeFactor;
    this.#emit = emit;
    this.#events = new EventFactory(workspace);
    this.#expected = workspace.steps
      .filter(({ number }) => options.steps?.includes(number) ?? true)
      .flatMap(({ number, title, checks }) =>
        checks.map(({ name }) => ({ step: number, group: title, name, judged: false })),
      )
      .filter(({ name }) => !options.name || name.includes(options.name));
  }

  /** Runs to the end; `takeChild` provides a warm child, and another one if the first had to be killed. */
  async perform(takeChild: () => Promise<GradingChild>): Promise<void> {
    this.#begin();
    const types =
      this.#options.types === false ? [] : checkTypes(this.#workspace.folder, this.#options.signal);
    for (let steps = this.#openSteps(); steps.length > 0; steps = this.#openSteps()) {
      if (this.#options.signal?.aborted) break;
      // A step at a time: what one step's file leaves behind must not disturb the next one's checks.
      await this.#runChild(await takeChild(), steps.slice(0, 1));
    }
    const cancelled = this.#options.signal?.aborted ?? false;
    if (!cancelled) for (const problem of await types) this.#emit(this.#events.types(problem));
    const counts = { passed: this.#passed, total: this.#expected.length, cancelled };
    const duration = durationFromMs(Math.round(performance.now() - this.#startedMs));
    this.#emit(this.#events.make(0, { case: 'runFinished', value: { ...counts, duration } }));
  }

  #begin(): void {
    const checks = this.#expected.map(({ step, group, name }) => ({ step, group, name }));
    const nodeVersion = process.versions.node;
    this.#emit(this.#events.make(0, { case: 'runStarted', value: { checks, nodeVersion } }));
    for (const notice of this.#workspace.notices ?? []) {
      this.#emit(this.#events.notice(NoticeKind.CHANGED_COURSE_FILE, notice));
    }
  }

  #openSteps(): number[] {
    return [...new Set(this.#expected.filter(({ judged }) => !judged).map(({ step }) => step))];
  }

  /** Runs the given steps in one child until they are done, the child is gone, or it has to be killed. */
  async #runChild(child: GradingChild, steps: number[]): Promise<void> {
    const over = Promise.withResolvers<void>();
    this.#firstRssBytes = undefined;
    this.#heartbeats = 0;
    const { signal } = this.#options;
    let silentSeconds = 0;
    let stopped = false;
    const stop = async (
      why: string | undefined,
      state: 'failed' | 'inconclusive' = 'failed',
    ): Promise<void> => {
      if (stopped) return;
      stopped = true;
      child.onLine = () => {};
      child.onHeartbeat = () => {};
      this.#wire.freeze();
      await child.kill();
      if (why !== undefined) this.#judgeInterrupted(why, state, steps);
      over.resolve();
    };
    const abort = (): void => void stop(undefined);
    const silence = setInterval(() => {
      if (++silentSeconds <= MAX_SILENT_SECONDS * this.#timeFactor) return;
      void stop('the grading process fell silent', 'inconclusive');
    }, 1000);

    child.onLine = (line) => {
      silentSeconds = 0;
      this.#read(line, steps, child);
      if (line.kind === 'done') over.resolve();
    };
    child.onHeartbeat = (rssBytes) => {
      silentSeconds = 0;
      const why = this.#reasonToKill(rssBytes);
      if (why) void stop(why);
    };
    void child.ended.then((how) => stop(`the process that runs your code is gone: ${how}`));
    signal?.addEventListener('abort', abort, { once: true });
    child.start({
      mode: 'run',
      files: filesOf(this.#workspace),
      steps,
      ...(this.#options.name ? { name: this.#options.name } : {}),
      ...(this.#options.stopsAtFailure ? { stopsAtFailure: true } : {}),
      timeFactor: this.#timeFactor,
    });
    if (signal?.aborted) abort();
    await over.promise;
    stopped = true;
    clearInterval(silence);
    signal?.removeEventListener('abort', abort);
    child.onLine = () => {};
    child.onHeartbeat = () => {};
    await this.#wire.close();
    this.#started = undefined;
  }

  #reasonToKill(rssBytes: number): string | undefined {
    this.#firstRssBytes ??= rssBytes;
    const growthBytes = rssBytes - this.#firstRssBytes;
    const growth = `${Math.round(growthBytes / 2 ** 20)} MiB of memory`;
    if (growthBytes > MAX_GROWTH_BYTES) return `your code's process grew by ${growth} and was stopped`;
    const limit = (this.#limitMs / 1000) * this.#timeFactor * HEARTBEATS_PER_SECOND + GRACE_HEARTBEATS;
    if (++this.#heartbeats < limit) return undefined;
    const aside = growthBytes > MAX_GROWTH_BYTES / 4 ? `, while it grew by ${growth}` : '';
    return `your code kept the event loop busy, so that nothing else in its process could run${aside}; it was stopped`;
  }

  #read(line: ChildLine, steps: number[], child: GradingChild): void {
    if (line.kind === 'started' || line.kind === 'finished') this.#heartbeats = 0;
    if (line.kind === 'started') this.#start(line);
    else if (line.kind === 'log') this.#note(line.line);
    else if (line.kind === 'tap') void this.#openTap(line, child);
    else if (line.kind === 'timeline') this.#sendTimeline(line, child);
    else if (line.kind === 'over') this.#freeze(line, child);
    else if (line.kind === 'output') this.#output(line.text);
    else if (line.kind === 'finished') this.#judge(line.verdict);
    else if (line.kind === 'done') this.#judgeMissing(steps, line.problems);
  }

  #output(text: string): void {
    this.#emit(this.#events.notice(NoticeKind.OUTPUT, text, this.#started?.step ?? 0));
  }

  #note(line: LogLine): void {
    this.#log.push(line);
    this.#wire.note(line);
  }

  async #openTap(line: Extract<ChildLine, { kind: 'tap' }>, child: GradingChild): Promise<void> {
    const { request, port, schema } = line;
    try {
      child.reply({ request, ...(await this.#wire.open(port, schema)) });
    } catch (error) {
      child.reply({ request, error: `the wire cannot be tapped: ${(error as Error).message}` });
    }
  }

  #sendTimeline({ request, tap }: Extract<ChildLine, { kind: 'timeline' }>, child: GradingChild): void {
    const timeline = this.#wire.timeline(tap);
    child.reply({ request, ...(timeline ? { timeline } : { error: `there is no tap ${tap}` }) });
  }

  #freeze({ request }: Extract<ChildLine, { kind: 'over' }>, child: GradingChild): void {
    this.#wire.freeze();
    child.reply({ request, frozen: true });
  }

  #start({ step, name, limitMs }: Extract<ChildLine, { kind: 'started' }>): void {
    const check = this.#find(step, name);
    if (!check || check.judged) return;
    this.#started = check;
    this.#limitMs = limitMs;
    this.#log = [];
    void this.#wire.close();
    this.#wire = new CheckWire();
    this.#emit(this.#events.make(step, { case: 'checkStarted', value: { name } }));
  }

  #judge(verdict: ChildVerdict): void {
    const check = this.#find(verdict.step, verdict.name);
    if (!check || check.judged) return;
    // Only the check that runs can get a verdict; one that was never started can at most be left out.
    if (verdict.state !== 'not run' && this.#started !== check) return;
    check.judged = true;
    this.#started = undefined;
    this.#limitMs = CHECK_LIMIT_MS;
    if (verdict.state === 'passed') this.#passed++;
    const isShown = verdict.state === 'passed' ? this.#options.wire : verdict.state !== 'not run';
    this.#emit(this.#events.verdict(verdict, isShown ? this.#wire : undefined));
  }

  /** The child is gone: the running check has failed, the rest of its step did not run. */
  #judgeInterrupted(label: string, state: 'failed' | 'inconclusive', steps: number[]): void {
    const running = this.#started;
    const step = running?.step ?? steps[0] ?? 0;
    if (running) {
      const log = this.#log.slice(-20);
      this.#judge({ ...running, state, label, log });
    } else {
      const first = this.#expected.find((check) => check.step === step && !check.judged);
      if (first) this.#force({ ...first, state: 'inconclusive', label });
    }
    for (const check of this.#expected) {
      if (check.step === step && !check.judged) this.#force({ ...check, state: 'not run' });
    }
  }

  /** The child says it is done: a check without a verdict has failed. */
  #judgeMissing(steps: number[], problems: string[]): void {
    const label = problems[0]
      ? `the check came to no verdict: ${problems[0]}`
      : 'the check came to no verdict: the run was over before it';
    for (const check of this.#expected) {
      if (steps.includes(check.step) && !check.judged) this.#force({ ...check, state: 'failed', label });
    }
  }

  #force(verdict: ChildVerdict): void {
    const check = this.#find(verdict.step, verdict.name);
    if (!check) return;
    check.judged = true;
    this.#emit(this.#events.verdict(verdict));
  }

  #find(step: number, name: string): Expected | undefined {
    return this.#expected.find((check) => check.step === step && check.name === name);
  }
}

/** The learner's file for each key of `Exercise`: a step's file, by its base name. */
export function filesOf({ folder, steps, files }: Workspace): Record<string, string> {
  return Object.fromEntries(
    steps.map((step) => [keyOf(step), files?.[step.number] ?? join(folder, step.file)]),
  );
}
