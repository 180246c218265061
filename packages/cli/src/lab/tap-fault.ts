import { LabFault, type LabKnobs } from '@streamlings/proto/streamlings/hub/v1/hub';
import type { LastingFaults, Tap } from '@streamlings/wire';

/** The faults that are there from the first byte on. */
export function lastingFaults({ fault, delayMs }: LabKnobs): LastingFaults {
  if (fault === LabFault.DELAY) return { delayMs };
  return {
    holdWindowUpdates: fault === LabFault.HOLD_WINDOW_UPDATES,
    cutTrailers: fault === LabFault.CUT_TRAILERS,
  };
}

/**
 * Lets the fault of the knobs that happens once happen; all others are there already.
 *
 * @returns whether it is one that happens once
 */
export function breakOnce(tap: Tap, { fault }: LabKnobs): boolean {
  switch (fault) {
    case LabFault.RESET:
      tap.faults.resetStream(tap.timeline().streams.at(-1)?.id ?? 1, 'INTERNAL_ERROR');
      return true;
    case LabFault.GOAWAY:
      tap.faults.goaway();
      return true;
    case LabFault.DROP:
      tap.faults.drop();
      return true;
    default:
      return false;
  }
}
