import type { CallRecord, PeerStream } from '@streamlings/grading';

/** The limit of a check that is several hundred round trips long, in milliseconds. */
export const ROUND_TRIPS_LIMIT_MS = 4000;

/** Round trips without a write after which a writer that waits for `drain` is held by the windows. */
const FULL_ROUNDS = 20;
/** Round trips without a write after which any writer is. */
const QUIET_ROUNDS = 100;
/** Round trips without a write that outlast the naps of a writer that has a timer running. */
const BUSY_ROUNDS = 400;
/** Writes into a full call after which there is no point in waiting for an end. */
const ENOUGH = 50;

/**
 * Lets a client read one message more and stand still, and gives the writer on the other side the time to fill
 * everything up: resolves when it has stopped writing, or does not think of it. A writer that `isBusy` gets more.
 *
 * grpc-js pushes back only after the first read, which is why there is one.
 */
export async function standStill(
  peer: PeerStream<unknown>,
  record: CallRecord,
  barrier: () => Promise<void>,
  isBusy: () => boolean = () => false,
): Promise<void> {
  await Promise.race([peer.message(peer.received.length + 1), peer.outcome]);
  peer.stall();
  const { call } = record;
  const enoughRounds = () => {
    if (isBusy()) return BUSY_ROUNDS;
    // A false from `write()` alone says little: while the windows are open, `drain` follows at once.
    return 'writableNeedDrain' in call && call.writableNeedDrain ? FULL_ROUNDS : QUIET_ROUNDS;
  };
  let { writes } = record;
  for (let quiet = 0; quiet < enoughRounds(); quiet++) {
    await barrier();
    if (record.writesWhileFull > ENOUGH) return;
    if (record.writes !== writes) quiet = 0;
    writes = record.writes;
  }
}
