import type { Readable } from 'node:stream';

/** How a {@link MessageReader} begins and ends. */
export interface MessageReaderOptions {
  /** Returns the stream to read. Called with the first `next()`. */
  open(): Readable;
  /** Called once, when nothing more will be read: after the last message, a failure or `return()`. */
  onClose?(): void;
  /** Delays the end of the messages, so that a failure that follows at once can replace it. */
  confirmEnd?(): Promise<unknown>;
}

/**
 * Reads messages from a grpc-js stream, one for each `next()`.
 *
 * Unlike Node's own stream iterator it neither destroys the stream nor puts an async generator in between, and it
 * hands out what had arrived before a failure.
 */
export class MessageReader<T> implements AsyncIterableIterator<T, undefined> {
  readonly #options: MessageReaderOptions;
  #stream: Readable | undefined;
  /** A message that came when nobody waited; the stream is paused then, so there is never a second one. */
  #held: T | undefined;
  #pending: PromiseWithResolvers<IteratorResult<T, undefined>> | undefined;
  #failure: { error: unknown } | undefined;
  #closed = false;

  constructor(options: MessageReaderOptions) {
    this.#options = options;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#pending) {
      const again = () => this.next();
      return this.#pending.promise.then(again, again);
    }
    const held = this.#held;
    if (held !== undefined) {
      this.#held = undefined;
      return Promise.resolve({ done: false, value: held });
    }
    if (this.#closed) return this.#result();
    this.#pending = Promise.withResolvers();
    const { promise } = this.#pending;
    if (!this.#stream) this.#start();
    else if (this.#stream.isPaused()) this.#stream.resume();
    return promise;
  }

  /** Stops reading. */
  return(): Promise<IteratorReturnResult<undefined>> {
    this.#held = undefined;
    this.#failure = undefined;
    this.#close();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Fails the `next()` that comes after the last message instead of ending. */
  fail(error: unknown): void {
    if (!this.#closed) this.#failure ??= { error };
  }

  /** Fails the current or next `next()` at once, unless reading is already over. */
  abort(error: unknown): void {
    if (this.#closed) return;
    this.#held = undefined;
    this.#failure = { error };
    this.#close();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #start(): void {
    try {
      this.#stream = this.#options.open();
    } catch (error) {
      this.abort(error);
      return;
    }
    this.#stream.on('end', () => this.#onEnd()).on('data', (message: T) => this.#onMessage(message));
  }

  #onMessage(message: T): void {
    if (!this.#pending) {
      this.#held = message;
      this.#stream?.pause();
      return;
    }
    const { resolve } = this.#pending;
    this.#pending = undefined;
    resolve({ done: false, value: message });
  }

  async #onEnd(): Promise<void> {
    await this.#options.confirmEnd?.();
    this.#close();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.onClose?.();
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.resolve(this.#result());
  }

  #result(): Promise<IteratorResult<T, undefined>> {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure ? Promise.reject(failure.error) : Promise.resolve({ done: true, value: undefined });
  }
}
