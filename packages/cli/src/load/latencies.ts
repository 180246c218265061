import { createHistogram } from 'node:perf_hooks';

/** Durations in microseconds, in a room that does not grow with their number. */
export class Latencies {
  /** How many there are for each power of two that they do not exceed, by its exponent. */
  readonly powers = new Map<number, number>();
  readonly #histogram = createHistogram();

  get count(): number {
    return this.#histogram.count;
  }

  get max(): number {
    return this.#histogram.max;
  }

  /** Adds the time that has passed since a moment of `performance.now()`. */
  recordSince(startedMs: number): void {
    const microseconds = Math.max(1, Math.round((performance.now() - startedMs) * 1000));
    this.#histogram.record(microseconds);
    const exponent = Math.ceil(Math.log2(microseconds));
    this.powers.set(exponent, (this.powers.get(exponent) ?? 0) + 1);
  }

  /** `percentile` is between 0 and 100. */
  at(percentile: number): number {
    return this.#histogram.percentile(percentile);
  }
}
