import { setTimeout as delay } from 'node:timers/promises';

/** How somebody reads a stream: at once, one message in so many milliseconds, or none after so many. */
export type Reading =
  | { mode: 'at once' }
  | { mode: 'paced'; everyMs: number }
  | { mode: 'stops'; after: number };

/**
 * Creates a reader's patience: resolves whenever its turn has come to read one message more. After the last one it
 * never does.
 */
export function createTurns(reading: Reading): () => Promise<void> {
  let turns = 0;
  let dueMs = 0;
  return async () => {
    turns++;
    if (reading.mode === 'stops' && turns > reading.after) return new Promise(() => {});
    if (reading.mode !== 'paced') return;
    const nowMs = performance.now();
    // Each caller has a turn of its own, also where several ask at the same time.
    dueMs = turns === 1 ? nowMs : Math.max(nowMs, dueMs + reading.everyMs);
    await delay(dueMs - nowMs);
  };
}
