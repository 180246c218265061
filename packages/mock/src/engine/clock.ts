/** Where a mock server has its time from. */
export interface Clock {
  /** Milliseconds from some moment on; they never go back. */
  now(): number;
  /** Milliseconds of the Unix epoch. */
  wallMs(): number;
  /** Runs something once, not before `now()` is `atMs`. Returns what takes it back. */
  schedule(atMs: number, run: () => void): () => void;
}

/** The time that passes by itself. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallMs: () => Date.now(),
  schedule(atMs, run) {
    const timer = setTimeout(run, Math.max(0, Math.ceil(atMs - performance.now())));
    return () => clearTimeout(timer);
  },
};

interface Alarm {
  atMs: number;
  order: number;
  run: () => void;
}

/** A time that passes only where it is told to, for tests and demonstrations. */
export class VirtualClock implements Clock {
  readonly #startMs: number;
  readonly #alarms = new Set<Alarm>();
  #nowMs = 0;
  #order = 0;

  /** @param startMs what `wallMs()` begins with; default is the start of the year 2000. */
  constructor(startMs: number = Date.UTC(2000, 0)) {
    this.#startMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#startMs + this.#nowMs;
  }

  schedule(atMs: number, run: () => void): () => void {
    const alarm: Alarm = { atMs, order: this.#order++, run };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  /** Lets time pass; whatever is due on the way runs in order, each at its moment, before this returns. */
  advance(ms: number): void {
    const end = this.#nowMs + ms;
    for (let alarm = this.#nextUntil(end); alarm; alarm = this.#nextUntil(end)) {
      this.#alarms.delete(alarm);
      this.#nowMs = Math.max(this.#nowMs, alarm.atMs);
      alarm.run();
    }
    this.#nowMs = end;
  }

  #nextUntil(end: number): Alarm | undefined {
    let next: Alarm | undefined;
    for (const alarm of this.#alarms) {
      if (alarm.atMs > end) continue;
      if (!next || alarm.atMs < next.atMs || (alarm.atMs === next.atMs && alarm.order < next.order))
        next = alarm;
    }
    return next;
  }
}
