// misconception: W2-30
// fails: learns nothing from a trial whose client leaves, nor from calls that began before it opened
import { create } from '@bufbuild/protobuf';
import { anyPack, durationFromMs } from '@bufbuild/protobuf/wkt';
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
  let failures = 0;
  /** When the rest is over; undefined while the breaker is closed. */
  let restsUntil: number | undefined;
  let isTrying = false;
  /** Counts the openings, so that a call can tell whether it began before the last one. */
  let openings = 0;

  function learn(code: status, isTrial: boolean): void {
    if (isTrial) isTrying = false;
    if (code === status.CANCELLED) return;
    if (code !== status.UNAVAILABLE && code !== status.DEADLINE_EXCEEDED) {
      failures = 0;
      restsUntil = undefined;
    } else if (++failures >= MAX_FAILURES) {
      restsUntil = clock.now() + REST_MS;
      openings++;
    }
  }

  return {
    async run(call) {
      const isTrial = restsUntil !== undefined;
      const waitMs = Math.max(0, (restsUntil ?? 0) - clock.now());
      if (isTrial && (waitMs > 0 || isTrying)) {
        const retryInfo = create(RetryInfoSchema, { retryDelay: durationFromMs(waitMs) });
        const statusDetails = [anyPack(RetryInfoSchema, retryInfo)];
        throw new StatusError(status.UNAVAILABLE, 'the carrier is left alone', { statusDetails });
      }
      isTrying = isTrial;
      try {
        const answer = await call();
        learn(status.OK, isTrial);
        return answer;
      } catch (error) {
        learn(StatusError.from(error).code, isTrial);
        throw error;
      }
    },
  };
}
