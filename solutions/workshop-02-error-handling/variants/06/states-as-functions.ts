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
  type State = <T>(call: () => Promise<T>) => Promise<T>;
  let state: State;

  /** Makes a call, and tells what it shows while the state that has made it still holds. */
  const observe = async <T>(call: () => Promise<T>, self: State, tell: (sign: Sign) => void): Promise<T> => {
    try {
      const answer = await call();
      if (state === self) tell('answer');
      return answer;
    } catch (error) {
      if (state === self) tell(signOf(error));
      throw error;
    }
  };

  const closed = (): State => {
    let failures = 0;
    const self: State = (call) =>
      observe(call, self, (sign) => {
        if (sign === 'answer') failures = 0;
        else if (sign === 'failure' && ++failures === MAX_FAILURES) state = resting(clock.now() + REST_MS);
      });
    return self;
  };
  const resting =
    (until: number): State =>
    (call) => {
      const waitMs = until - clock.now();
      if (waitMs > 0) return Promise.reject(refusal(waitMs));
      state = trying(until);
      return state(call);
    };
  const trying = (until: number): State => {
    let isBusy = false;
    const self: State = (call) => {
      if (isBusy) return Promise.reject(refusal(0));
      isBusy = true;
      return observe(call, self, (sign) => {
        if (sign === 'answer') state = closed();
        else state = sign === 'failure' ? resting(clock.now() + REST_MS) : resting(until);
      });
    };
    return self;
  };

  state = closed();
  return { run: (call) => state(call) };
}

type Sign = 'answer' | 'failure' | 'nothing';

function signOf(error: unknown): Sign {
  const { code } = error as { code?: number };
  if (code === status.CANCELLED) return 'nothing';
  return code === status.UNAVAILABLE || code === status.DEADLINE_EXCEEDED ? 'failure' : 'answer';
}

function refusal(waitMs: number): StatusError {
  const detail = create(RetryInfoSchema, { retryDelay: durationFromMs(waitMs) });
  return new StatusError(status.UNAVAILABLE, 'resting', {
    statusDetails: [anyPack(RetryInfoSchema, detail)],
  });
}
