// Taken before any exercise or fake timer can replace them.
const { setInterval, clearInterval } = globalThis;

const TICK_MS = 50;

/** How long a check may take before its watchdog fails it, in milliseconds of a thread that gets to run. */
export const CHECK_LIMIT_MS = 1500;

/** Ends a wait that would go on forever. */
export interface Watchdog extends Disposable {
  /** Rejects with a `WatchdogError` when the time is up; never settles otherwise. */
  readonly barked: Promise<never>;
}

export class WatchdogError extends Error {
  constructor(ms: number) {
    super(`the check waited ${Math.round(ms)} ms for something that did not happen`);
    this.name = 'WatchdogError';
  }
}

/**
 * Starts a watchdog.
 *
 * It counts ticks of this thread, not time: where the thread does not get to run, the ticks come late and the watchdog
 * waits longer.
 */
export function startWatchdog(limitMs: number): Watchdog {
  const barked = Promise.withResolvers<never>();
  barked.promise.catch(() => {});
  let left = Math.ceil(limitMs / TICK_MS);
  const timer = setInterval(() => {
    if (--left > 0) return;
    clearInterval(timer);
    barked.reject(new WatchdogError(limitMs));
  }, TICK_MS);
  return { barked: barked.promise, [Symbol.dispose]: () => clearInterval(timer) };
}
