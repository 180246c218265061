import { setTimeout as sleep } from 'node:timers/promises';

/** Where the examples have their time from. */
export interface Clock {
  /** The time in milliseconds since 1970. */
  now(): number;
  /** Waits; rejects with the reason of the signal if that aborts before. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    await sleep(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
  },
};

/** Where the examples have their chance from: a number from 0 up to 1, like `Math.random`. */
export type Random = () => number;
