import type { Trade } from '@streamlings/proto/streamlings/stock/v1/stock';

/** The most trades that one reading yields. */
const BATCH = 10;

/** The latest trades of an exchange, in order; the oldest are forgotten. */
export class Journal {
  /** Names this run of the exchange: after a restart numbers begin anew, in another session. */
  readonly session: string;
  /** How many readings wait for a trade. */
  waiting = 0;
  /** How many trades were read, by all readers together. */
  tradesRead = 0;
  #gate: Promise<void> | undefined;
  readonly #capacity: number;
  readonly #trades: Trade[] = [];
  #wake = Promise.withResolvers<void>();

  constructor(session: string, capacity: number) {
    this.session = session;
    this.#capacity = capacity;
  }

  /** The number of the latest trade; 0 before the first. */
  get latest(): bigint {
    return this.#trades.at(-1)?.sequence ?? 0n;
  }

  append(trade: Trade): void {
    this.#trades.push(trade);
    if (this.#trades.length > this.#capacity) this.#trades.shift();
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }

  /** Keeps every reading waiting until the returned function is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gate = promise;
    return resolve;
  }

  /**
   * Reads the trades behind number `after`, some at a time; waits until there is one.
   *
   * @throws RangeError if the first of them is forgotten, and the signal's reason when `signal` aborts.
   */
  async read(after: bigint, { signal }: { signal?: AbortSignal } = {}): Promise<Trade[]> {
    // Even what lies ready takes a turn of the event loop, as a read from a disk does.
    await new Promise((resolve) => setImmediate(resolve));
    await this.#gate;
    while (after >= this.latest) await this.#next(signal);
    signal?.throwIfAborted();
    const [oldest] = this.#trades;
    const at = Number(after + 1n - (oldest?.sequence ?? 1n));
    if (at < 0) throw new RangeError(`trade ${after + 1n} is forgotten`);
    const trades = this.#trades.slice(at, at + BATCH);
    this.tradesRead += trades.length;
    return trades;
  }

  async #next(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const abort = () => aborted.reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    this.waiting++;
    try {
      await Promise.race([this.#wake.promise, aborted.promise]);
    } finally {
      this.waiting--;
      signal?.removeEventListener('abort', abort);
    }
  }
}
