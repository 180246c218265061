import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import type { Clock } from '@streamlings/grading';
import { StatusError } from '@streamlings/grpc';
import { RetryInfoSchema } from '@streamlings/grpc/google/rpc/error_details';

/** Keeps calls away from somebody who does not answer them anyway. */
export interface Breaker {
  /**
   * Makes a call and gives on what becomes of it, or refuses to make it.
   *
   * @throws StatusError UNAVAILABLE, with a RetryInfo, where the call was not made.
   */
  run<T>(call: () => Promise<T>): Promise<T>;
}

/** How many failures in a row open the breaker. */
export const MAX_FAILURES = 3;
/** How long it rests then. */
export const REST_MS = 10_000;

/**
 * Creates a breaker.
 *
 * Closed, it makes every call. Only UNAVAILABLE and DEADLINE_EXCEEDED are failures; any other answer, good or bad, shows
 * that somebody is there, except CANCELLED, which shows nothing. After MAX_FAILURES in a row it opens and makes no call
 * for REST_MS. Then it makes one on trial and refuses the others meanwhile: an answer closes it, a failure opens it for
 * another REST_MS, and after CANCELLED the next call is the trial. What began before it opened changes nothing any more.
 */
export function createBreaker(clock: Clock): Breaker {
  return new RestingBreaker(clock);
}

class RestingBreaker implements Breaker {
  readonly #clock: Clock;
  #failures = 0;
  #openedMs: number | undefined;
  #openings = 0;
  #isTrying = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  run<T>(call: () => Promise<T>): Promise<T> {
    const opened = this.#openedMs;
    if (opened === undefined) return this.#watch(call());
    const waitMs = opened + REST_MS - this.#clock.now();
    if (waitMs > 0 || this.#isTrying) return Promise.reject(this.#refuse(Math.max(waitMs, 0)));
    this.#isTrying = true;
    return this.#watch(call());
  }

  #watch<T>(made: Promise<T>): Promise<T> {
    const openings = this.#openings;
    const isCurrent = () => openings === this.#openings;
    return made.then(
      (answer) => {
        if (isCurrent()) this.#close();
        return answer;
      },
      (error: { code?: number }) => {
        if (isCurrent()) this.#learn(error.code);
        throw error;
      },
    );
  }

  #learn(code: number | undefined): void {
    if (code === status.UNAVAILABLE || code === status.DEADLINE_EXCEEDED) {
      this.#failures++;
      if (this.#failures >= MAX_FAILURES) {
        this.#openedMs = this.#clock.now();
        this.#openings++;
      }
      this.#isTrying = false;
    } else if (code === status.CANCELLED) this.#isTrying = false;
    else this.#close();
  }

  #close(): void {
    this.#failures = 0;
    this.#openedMs = undefined;
    this.#isTrying = false;
  }

  #refuse(waitMs: number): StatusError {
    const retryDelay = { seconds: BigInt(Math.floor(waitMs / 1000)), nanos: (waitMs % 1000) * 1_000_000 };
    const detail = create(RetryInfoSchema, { retryDelay });
    return new StatusError(status.UNAVAILABLE, 'resting', {
      statusDetails: [anyPack(RetryInfoSchema, detail)],
    });
  }
}
