import { Setting } from '../http2/names.ts';
import type { PerSide, Side } from '../timeline.ts';

/** The window of a connection and of every stream before anybody says otherwise, in bytes. */
const defaultWindow = 65_535;

type Settings = [id: number, value: number][];

export function otherSide(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}

/**
 * The connection's windows, and those that new streams start with, by sending side.
 *
 * Settings change a sender's windows at its acknowledgement: that is where, in the order of its bytes, it obeys them.
 */
export class FlowWindows {
  readonly connection: PerSide<number> = { client: defaultWindow, server: defaultWindow };
  readonly initial: PerSide<number> = { client: defaultWindow, server: defaultWindow };
  /** Settings that a side has sent and the other has not acknowledged. */
  readonly #announced: PerSide<Settings[]> = { client: [], server: [] };

  announce(from: Side, settings: Settings): void {
    const pending = this.#announced[from];
    // Nobody answers: bounded, because a hostile peer may announce without end.
    if (pending.length < 1000) pending.push(settings);
  }

  /** Applies the oldest settings that `sender` acknowledges and returns the change of its streams' windows, if any. */
  acknowledge(sender: Side): { was: number; is: number } | undefined {
    const settings = this.#announced[otherSide(sender)].shift() ?? [];
    const was = this.initial[sender];
    for (const [id, value] of settings) {
      if (id === Setting.INITIAL_WINDOW_SIZE) this.initial[sender] = value;
    }
    const is = this.initial[sender];
    return was === is ? undefined : { was, is };
  }
}
