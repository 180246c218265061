/** Hands values on in order, each some time after it came; without a delay at once. */
export class DelayLine<Value> {
  readonly #deliver: (value: Value) => void;
  #waiting: { value: Value; dueMs: number }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(deliver: (value: Value) => void) {
    this.#deliver = deliver;
  }

  get length(): number {
    return this.#waiting.length;
  }

  push(value: Value, delayMs: number): void {
    if (delayMs === 0 && this.#waiting.length === 0) {
      this.#deliver(value);
      return;
    }
    this.#waiting.push({ value, dueMs: performance.now() + delayMs });
    if (!this.#timer) this.#wait();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #wait(): void {
    const next = this.#waiting[0];
    this.#timer = next && setTimeout(() => this.#advance(), Math.max(0, next.dueMs - performance.now()));
  }

  #advance(): void {
    const nowMs = performance.now();
    while (this.#waiting[0] && this.#waiting[0].dueMs <= nowMs) {
      this.#deliver((this.#waiting.shift() as { value: Value }).value);
    }
    this.#wait();
  }
}
