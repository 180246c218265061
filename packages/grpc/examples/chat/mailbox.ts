/** A bounded queue with one reader: `push` never waits, and what is pushed after the end is dropped. */
export class Mailbox<T> implements AsyncIterable<T> {
  readonly #limit: number;
  readonly #queue: T[] = [];
  #isOver = false;
  #failure: { error: unknown } | undefined;
  #wake: () => void = () => {};

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds a message; false if there is no room for it. */
  push(message: T): boolean {
    if (this.#isOver) return true;
    if (this.#queue.length >= this.#limit) return false;
    this.#queue.push(message);
    this.#wake();
    return true;
  }

  /** Ends the messages once those that wait were read. */
  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  /** Ends the messages with an error at once. */
  fail(error: unknown): void {
    if (this.#isOver) return;
    this.#failure = { error };
    this.#queue.length = 0;
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void> {
    for (;;) {
      const message = this.#queue.shift();
      if (message !== undefined) {
        yield message;
        continue;
      }
      if (this.#failure) throw this.#failure.error;
      if (this.#isOver) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }
}
