import type { Writable } from 'node:stream';

/**
 * Writes messages to a grpc-js stream, and asks for the next one only while the stream has room.
 *
 * It does not end the stream.
 */
export class MessageWriter<T> {
  /**
   * Settles when the source is used up, or when writing was stopped and the source has let go: true if every message
   * was written. It rejects with the error of the source.
   */
  readonly finished: Promise<boolean>;
  readonly #write: (message: T) => boolean;
  #iterator: AsyncIterator<T> | Iterator<T> | undefined;
  #closing: Promise<void> | undefined;
  #wake: () => void = () => {};

  /** Starts writing. `write` defaults to the stream's own and returns, like it, whether there is room for more. */
  constructor(
    stream: Writable,
    messages: AsyncIterable<T> | Iterable<T>,
    write: (message: T) => boolean = (message) => stream.write(message),
  ) {
    this.#write = write;
    stream.on('drain', () => this.#wake());
    this.finished = this.#run(messages);
  }

  /** Stops writing and closes the source: at once where it can be, else when it next yields or returns. */
  stop(): void {
    if (this.#closing) return;
    this.#closing = this.#close();
    this.#closing.catch(() => {});
    this.#wake();
  }

  async #run(messages: AsyncIterable<T> | Iterable<T>): Promise<boolean> {
    try {
      const iterator =
        Symbol.asyncIterator in messages ? messages[Symbol.asyncIterator]() : messages[Symbol.iterator]();
      this.#iterator = iterator;
      while (!this.#closing) {
        const { done, value } = await iterator.next();
        if (done) return !this.#closing;
        if (!this.#closing && !this.#write(value)) await this.#drained();
      }
    } catch (error) {
      this.stop();
      throw error;
    }
    await this.#closing;
    return false;
  }

  /** Waits for room or for the end: on a call that is over, `drain` never comes. */
  #drained(): Promise<void> | undefined {
    if (this.#closing) return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    return promise;
  }

  async #close(): Promise<void> {
    await this.#iterator?.return?.();
  }
}
