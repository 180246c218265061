import type { PerSide, Side } from '../timeline.ts';

/** Faults that last until they are taken back. */
export interface LastingFaults {
  /** Milliseconds by which everything is forwarded later, in both directions. Default 0. */
  delayMs?: number;
  /** Whether no WINDOW_UPDATE passes. Default false. */
  holdWindowUpdates?: boolean;
  /** Whether calls end without trailers. Default false. */
  cutTrailers?: boolean;
}

/** The faults that last, as the connections of a tap look them up. */
export class FaultSettings {
  delayMs: number;
  cutsTrailers: boolean;
  readonly holdsWindowUpdates: PerSide<boolean>;

  constructor({ delayMs = 0, holdWindowUpdates = false, cutTrailers = false }: LastingFaults = {}) {
    this.delayMs = delayMs;
    this.cutsTrailers = cutTrailers;
    this.holdsWindowUpdates = { client: holdWindowUpdates, server: holdWindowUpdates };
  }

  /** Whether what a side sends must be looked at before it is forwarded. */
  changesFrames(from: Side): boolean {
    return this.holdsWindowUpdates[from] || (from === 'server' && this.cutsTrailers);
  }
}
