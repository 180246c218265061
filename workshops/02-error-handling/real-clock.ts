import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '@streamlings/grading';

/** The time of the wall, where nobody checks anything. */
export const realClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, options) => sleep(ms, undefined, options),
  every: (ms, tick) => {
    const timer = setInterval(tick, ms);
    return () => clearInterval(timer);
  },
};
