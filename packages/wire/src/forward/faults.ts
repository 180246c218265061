import { otherSide } from '../decode/flow-windows.ts';
import { writeGoaway, writeResetStream } from '../http2/frame-bytes.ts';
import type { ErrorCode } from '../http2/names.ts';
import type { Side } from '../timeline.ts';
import type { TappedConnection } from './connection.ts';
import type { FaultSettings } from './fault-settings.ts';

const sides = ['client', 'server'] as const;

/** Breaks things on request, also from inside `onEvent`. Without a `connection`, an id from the timeline, faults hit all that are open. */
export class Faults {
  readonly #settings: FaultSettings;
  readonly #connections: ReadonlyMap<number, TappedConnection>;

  constructor(settings: FaultSettings, connections: ReadonlyMap<number, TappedConnection>) {
    this.#settings = settings;
    this.#connections = connections;
  }

  /**
   * Sends RST_STREAM to both sides of an open stream, or to one; the receiver takes it for the other side's.
   *
   * @returns whether there was such a stream
   */
  resetStream(stream: number, code: ErrorCode, options: { to?: Side; connection?: number } = {}): boolean {
    let isDone = false;
    for (const { decoder, relays } of this.#select(options.connection)) {
      if (!decoder.stream(stream)) continue;
      isDone = true;
      const receivers = options.to ? [options.to] : sides;
      decoder.whenIdle(() => {
        for (const to of receivers) relays[otherSide(to)].gate.inject(writeResetStream(stream, code));
      });
    }
    return isDone;
  }

  /**
   * Sends the client GOAWAY as if the server would look at no streams after `lastStream`, by default those so far.
   * Streams that the client opens before it learns of it are reset at the server.
   */
  goaway(code: ErrorCode = 'NO_ERROR', options: { lastStream?: number; connection?: number } = {}): void {
    for (const { decoder, relays } of this.#select(options.connection)) {
      decoder.whenIdle(() => {
        const { lastStream = decoder.lastStream } = options;
        for (const side of sides) relays[side].gate.refuseStreamsAfter(lastStream);
        relays.server.gate.inject(writeGoaway(lastStream, code));
      });
    }
  }

  /** Breaks connections off, with a TCP reset to both sides. */
  drop(options: { connection?: number } = {}): void {
    for (const connection of [...this.#select(options.connection)]) connection.drop('dropped by the tap');
  }

  /** Keeps WINDOW_UPDATE frames from their receivers, or lets all that were kept back go. */
  holdWindowUpdates(isHolding: boolean, options: { from?: Side } = {}): void {
    for (const from of sides) {
      if (from !== (options.from ?? from)) continue;
      this.#settings.holdsWindowUpdates[from] = isHolding;
      if (isHolding) continue;
      for (const { decoder, relays } of this.#connections.values()) {
        decoder.whenIdle(() => relays[from].releaseWindowUpdates());
      }
    }
  }

  /** Forwards everything that arrives from now on by so many milliseconds later; the order stays. */
  delay(delayMs: number): void {
    this.#settings.delayMs = delayMs;
  }

  /** Ends responses without trailers, or lets trailers pass again. */
  cutTrailers(isCutting = true): void {
    this.#settings.cutsTrailers = isCutting;
  }

  *#select(id: number | undefined): Generator<TappedConnection> {
    for (const [key, connection] of this.#connections) if (key === (id ?? key)) yield connection;
  }
}
