import type { Clock, Random } from '../../examples/clock.ts';

/** A clock on which a sleep is over at once, and later by as much; or, stopped, only when its signal aborts. */
export class VirtualClock implements Clock {
  nowMs = 1_700_000_000_000;
  isStopped = false;
  readonly fellAsleep = Promise.withResolvers<void>();

  now(): number {
    return this.nowMs;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.fellAsleep.resolve();
    if (!this.isStopped) {
      this.nowMs += ms;
      return;
    }
    const { promise, reject } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => reject(signal.reason));
    await promise;
  }
}

/** Returns a source of chance that repeats these numbers. */
export function cycle(...numbers: number[]): Random {
  let index = 0;
  return () => numbers[index++ % numbers.length] ?? 0;
}
