import type { FrameRecord, MessageRecord, Tap, Timeline, TimelineEvent } from '@streamlings/wire';

/** Counts what passes a tap, and keeps what nobody has been told yet. */
export class WireLog {
  /** Whole messages from the client. */
  fromClient = 0;
  /** Whole messages from the server. */
  fromServer = 0;
  /** WINDOW_UPDATE frames of the client for streams. */
  streamUpdates = 0;
  /** Frames that have passed, without PING. */
  frames = 0;
  /** Whether the server has sent any frame. */
  hasServerSpoken = false;
  /** When something has passed last, on the clock of `performance`. */
  activeMs: number = performance.now();
  /** Is called when the client's half-close passes. */
  onHalfClose: () => void = () => {};
  /** Is called for each whole message. */
  onMessage: () => void = () => {};
  #unsaid: FrameRecord[] = [];
  #messages = new Map<string, MessageRecord>();

  readonly add = (event: TimelineEvent): void => {
    if (event.kind !== 'frame') return;
    const { frame, messages } = event;
    if (frame.type !== 'PING') {
      this.frames++;
      this.activeMs = performance.now();
    }
    if (frame.from === 'server') this.hasServerSpoken = true;
    this.#unsaid.push(frame);
    if (frame.type === 'WINDOW_UPDATE' && frame.from === 'client' && frame.stream > 0) this.streamUpdates++;
    for (const message of messages) {
      const { connection, stream, from, index, completeMs } = message;
      this.#messages.set(`${connection} ${stream} ${from} ${index}`, message);
      if (completeMs === undefined) continue;
      if (from === 'client') this.fromClient++;
      else this.fromServer++;
      this.onMessage();
    }
    if (frame.from === 'client' && frame.flags.includes('END_STREAM')) this.onHalfClose();
  };

  /** Takes what is new: a timeline whose frames and messages nobody has been told yet. */
  takePiece(tap: Tap): Timeline {
    const piece = { ...tap.timeline(), frames: this.#unsaid, messages: [...this.#messages.values()] };
    this.#unsaid = [];
    this.#messages = new Map();
    return piece;
  }
}
