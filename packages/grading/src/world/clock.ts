import type { EventLog } from './event-log.ts';
import type { Clock } from './world.ts';

interface Timer {
  at: number;
  fire: () => void;
}

/** The check's side of the clock. */
export class ClockControls {
  #now: number;
  readonly #timers: Set<Timer> = new Set();
  readonly #log: EventLog;

  /** Starts at `startMs`, in milliseconds since the Unix epoch. */
  constructor(log: EventLog, startMs: number) {
    this.#log = log;
    this.#now = startMs;
  }

  /** How many sleeps and intervals are running. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves the time forward, firing what is due in order and letting other work go on in between. */
  async advance(ms: number): Promise<void> {
    const target = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.at <= target).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#now = due.at;
      due.fire();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#now = target;
    this.#log.add('clock', `moved ${ms} ms forward`);
  }

  /** The learner's side. */
  readonly clock: Clock = {
    now: () => this.#now,
    sleep: (ms, options) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const signal = options?.signal;
      if (signal?.aborted) return Promise.reject(signal.reason);
      const timer: Timer = {
        at: this.#now + ms,
        fire: () => {
          this.#timers.delete(timer);
          signal?.removeEventListener('abort', abort);
          resolve();
        },
      };
      const abort = () => {
        this.#timers.delete(timer);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
      this.#timers.add(timer);
      return promise;
    },
    every: (ms, tick) => {
      if (!(ms > 0)) throw new RangeError(`an interval must be longer than 0 ms, got ${ms}`);
      const timer: Timer = {
        at: this.#now + ms,
        fire: () => {
          timer.at += ms;
          tick();
        },
      };
      this.#timers.add(timer);
      return () => {
        this.#timers.delete(timer);
      };
    },
  };
}
