import type { CallPort, SendOptions } from './call-port.ts';
import type { Clock } from './clock.ts';

interface Waiting {
  dueMs: number;
  deliver: () => void;
}

const maxInFlight = 16;
const maxInFlightBytes = 256 * 1024;

/**
 * Lets messages out while the transport has room for them: replies in their order, each not before it is due, and
 * whatever else asks for room before it writes.
 */
export class Outbox {
  readonly #port: CallPort;
  readonly #clock: Clock;
  readonly #onRoom: () => void;
  readonly #waiting: Waiting[] = [];
  #inFlight = 0;
  #inFlightBytes = 0;
  #afterFlush: (() => void) | undefined;
  #cancelTimer: (() => void) | undefined;
  #isClosed = false;
  #isPumping = false;

  /** @param onRoom is called when there is room again, after the replies that are due. */
  constructor(port: CallPort, clock: Clock, onRoom: () => void) {
    this.#port = port;
    this.#clock = clock;
    this.#onRoom = onRoom;
  }

  /** Whether a message may be written now. At least one may, whatever its size. */
  get hasRoom(): boolean {
    if (this.#isClosed || this.#afterFlush) return false;
    return this.#inFlight === 0 || (this.#inFlight < maxInFlight && this.#inFlightBytes < maxInFlightBytes);
  }

  /** Whether something is to be done once all is with the transport. */
  get isFlushing(): boolean {
    return this.#afterFlush !== undefined;
  }

  /** How many replies wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Whether nothing waits, not even for the transport to be done with what was written. */
  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#inFlight === 0;
  }

  /** When the last reply that waits is due. */
  get lastDueMs(): number {
    return this.#waiting.at(-1)?.dueMs ?? Number.NEGATIVE_INFINITY;
  }

  /** Puts a reply at the end of the queue. */
  post(dueMs: number, deliver: () => void): void {
    this.#waiting.push({ dueMs, deliver });
    this.#pump();
  }

  /** Writes a message now. */
  send(bytes: Buffer, options: SendOptions): void {
    this.#inFlight++;
    this.#inFlightBytes += bytes.length;
    this.#port.send(bytes, options, () => {
      this.#inFlight--;
      this.#inFlightBytes -= bytes.length;
      if (this.#isClosed) return;
      if (this.#inFlight === 0) this.#flushed();
      this.#pump();
      this.#onRoom();
    });
  }

  /** Does something once all that was written is with the transport; until then nothing else is written. */
  afterFlush(run: () => void): void {
    this.#afterFlush = run;
    if (this.#inFlight === 0) this.#flushed();
  }

  /** Drops what waits. */
  close(): void {
    this.#isClosed = true;
    this.#waiting.length = 0;
    this.#cancelTimer?.();
  }

  #flushed(): void {
    const run = this.#afterFlush;
    this.#afterFlush = undefined;
    run?.();
  }

  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    for (let [head] = this.#waiting; head && this.hasRoom; [head] = this.#waiting) {
      if (head.dueMs > this.#clock.now()) {
        this.#cancelTimer = this.#clock.schedule(head.dueMs, () => {
          this.#pump();
          this.#onRoom();
        });
        break;
      }
      this.#waiting.shift();
      head.deliver();
    }
    this.#isPumping = false;
  }
}
