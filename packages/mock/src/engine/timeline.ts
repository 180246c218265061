import { matches } from '../compile/pattern.ts';
import type { Milliseconds, TimelineEntry } from '../compile/scenario.ts';
import type { Clock } from './clock.ts';
import { toNumber } from './evaluate.ts';
import type { Received } from './scope.ts';

/** What a timeline asks of its stream. */
export interface TimelineHost {
  readonly clock: Clock;
  /** Whether a message may be written now. */
  hasRoom(): boolean;
  isHalfClosed(): boolean;
  /** Fires an entry if its condition holds; returns whether it did. */
  fire(entry: TimelineEntry, dueMs: number): boolean;
  evaluateMs(ms: Milliseconds): number;
  jitterMs(): number;
  /** Hears that all was fired that can be for now. */
  settle(): void;
}

interface Periodic {
  entry: TimelineEntry;
  dueMs: number;
  remaining: number;
  cancel?: () => void;
}

/** Messages that no `waitFor` has asked for yet; beyond it, the oldest are forgotten. */
const maxUnclaimed = 10_000;

/** Plays the outgoing entries of a scenario in order, and the periodic ones beside them. */
export class Timeline {
  readonly #entries: readonly TimelineEntry[];
  readonly #host: TimelineHost;
  readonly #lastWait: number;
  readonly #periodics = new Set<Periodic>();
  readonly #armed = new Set<TimelineEntry>();
  #unclaimed: Received[] = [];
  #next = 0;
  #startMs = 0;
  #segmentMs = 0;
  /** When the entry before was due, without and with latency. */
  #nominalMs = 0;
  #actualMs = 0;
  /** When the next entry is due, once that is known. */
  #dueMs: number | undefined;
  #cancelTimer: (() => void) | undefined;
  #state: 'new' | 'running' | 'stopped' = 'new';
  #isAdvancing = false;

  constructor(entries: readonly TimelineEntry[], host: TimelineHost) {
    this.#entries = entries;
    this.#host = host;
    this.#lastWait = entries.findLastIndex(({ waitFor }) => waitFor);
  }

  /** Whether no entry is to come by itself any more. */
  get isDone(): boolean {
    return this.#state === 'stopped' || (this.#next >= this.#entries.length && this.#periodics.size === 0);
  }

  /** Whether it is the client's turn: there is nothing that time alone would bring. */
  get isWaiting(): boolean {
    return this.isDone || (this.#periodics.size === 0 && this.#dueMs === undefined);
  }

  start(): void {
    if (this.#state !== 'new') return;
    this.#state = 'running';
    const now = this.#host.clock.now();
    this.#startMs = now;
    this.#segmentMs = now;
    this.#nominalMs = now;
    this.#actualMs = now;
    this.advance();
  }

  stop(): void {
    this.#state = 'stopped';
    this.#cancelTimer?.();
    for (const { cancel } of this.#periodics) cancel?.();
    this.#armed.clear();
  }

  /** Hears of a message: for entries that wait for one. */
  hear(message: Received): void {
    if (this.#next > this.#lastWait || this.#state === 'stopped') return;
    this.#unclaimed.push(message);
    if (this.#unclaimed.length > maxUnclaimed) this.#unclaimed.shift();
    this.advance();
  }

  /** Takes the armed entries whose condition may hold now; those that do not fire are armed again. */
  retryArmed(fire: (entry: TimelineEntry) => boolean): void {
    for (const entry of [...this.#armed]) if (fire(entry)) this.#armed.delete(entry);
  }

  /** Fires what is due, as far as there is room. */
  advance(): void {
    if (this.#state !== 'running' || this.#isAdvancing) return;
    this.#isAdvancing = true;
    while (this.#step());
    for (const periodic of this.#periodics) this.#repeat(periodic);
    this.#isAdvancing = false;
    this.#host.settle();
  }

  #step(): boolean {
    const entry = this.#entries[this.#next];
    const { clock } = this.#host;
    if (!entry || this.#state === 'stopped') return false;
    if (this.#dueMs === undefined) {
      if (!this.#isWaitOver(entry)) return false;
      this.#dueMs = this.#findDue(entry);
    }
    if (this.#dueMs > clock.now()) {
      this.#cancelTimer?.();
      this.#cancelTimer = clock.schedule(this.#dueMs, () => this.advance());
      return false;
    }
    if (!this.#host.hasRoom()) return false;
    const dueMs = this.#dueMs;
    this.#dueMs = undefined;
    this.#next++;
    if (entry.every !== undefined) this.#begin(entry, dueMs);
    const hasFired = this.#host.fire(entry, dueMs);
    if (!hasFired && entry.isArmed && entry.every === undefined) this.#armed.add(entry);
    return true;
  }

  #isWaitOver({ waitFor, waitForEnd }: TimelineEntry): boolean {
    if (waitFor) {
      const found = this.#unclaimed.findIndex((message) => matches(waitFor, message));
      if (found < 0) return false;
      this.#unclaimed = this.#unclaimed.slice(found + 1);
    }
    if (waitForEnd && !this.#host.isHalfClosed()) return false;
    if (waitFor || waitForEnd) {
      this.#segmentMs = this.#host.clock.now();
      this.#nominalMs = this.#segmentMs;
    }
    return true;
  }

  #findDue({ timing, startsSegment, waitFor, waitForEnd }: TimelineEntry): number {
    const ms = this.#host.evaluateMs(timing.ms);
    if (startsSegment && !waitFor && !waitForEnd) this.#segmentMs = this.#nominalMs;
    const base = { offset: this.#segmentMs, at: this.#startMs, after: this.#nominalMs }[timing.kind];
    this.#nominalMs = Math.max(base + ms, this.#nominalMs);
    this.#actualMs = Math.max(this.#nominalMs + this.#host.jitterMs(), this.#actualMs);
    return this.#actualMs;
  }

  #begin(entry: TimelineEntry, dueMs: number): void {
    if (entry.times <= 1) return;
    this.#periodics.add({ entry, dueMs: this.#nextDue(entry, dueMs, true), remaining: entry.times - 1 });
  }

  #repeat(periodic: Periodic): void {
    const { clock } = this.#host;
    while (this.#state === 'running' && periodic.dueMs <= clock.now() && this.#host.hasRoom()) {
      const isLast = --periodic.remaining <= 0;
      if (isLast) this.#periodics.delete(periodic);
      const hasFired = this.#host.fire(periodic.entry, periodic.dueMs);
      if (isLast) return;
      periodic.dueMs = this.#nextDue(periodic.entry, periodic.dueMs, hasFired);
    }
    periodic.cancel?.();
    if (this.#state === 'running' && periodic.dueMs > clock.now())
      periodic.cancel = clock.schedule(periodic.dueMs, () => this.advance());
  }

  /** Times that passed while the stream was blocked do not come again in a burst. */
  #nextDue({ every }: TimelineEntry, dueMs: number, hasFired: boolean): number {
    const interval = this.#host.evaluateMs(every ?? 0);
    // A condition that is false must not be asked for ever within one turn.
    return Math.max(dueMs + (hasFired ? interval : Math.max(1, interval)), this.#host.clock.now());
  }
}

/** Reads milliseconds off a value: at least 0. */
export function toMilliseconds(value: Parameters<typeof toNumber>[0]): number {
  return Math.max(0, toNumber(value));
}
