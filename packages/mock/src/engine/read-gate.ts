import type { CallPort } from './call-port.ts';
import type { Clock } from './clock.ts';

/** Asks for the client's next message, unless reading is paused or there is no room for what it would lead to. */
export class ReadGate {
  readonly #port: CallPort;
  readonly #clock: Clock;
  readonly #hasRoom: () => boolean;
  #isHeld = false;
  #pauseEndMs = Number.NEGATIVE_INFINITY;

  constructor(port: CallPort, clock: Clock, hasRoom: () => boolean) {
    this.#port = port;
    this.#clock = clock;
    this.#hasRoom = hasRoom;
  }

  /** Asks for the next message as soon as it may. */
  readOn(): void {
    this.#isHeld = !this.#hasRoom() || this.#clock.now() < this.#pauseEndMs;
    if (!this.#isHeld) this.#port.read();
  }

  /** Asks again where it was not allowed before. */
  retry(): void {
    if (this.#isHeld) this.readOn();
  }

  /** Reads nothing for a while. */
  pause(ms: number): void {
    this.#pauseEndMs = this.#clock.now() + ms;
    this.#clock.schedule(this.#pauseEndMs, () => this.retry());
  }
}
