import type { EventLog } from './event-log.ts';
import type { Store } from './world.ts';
import { WorldError, type WorldErrorCode } from './world-error.ts';

/** The check's side of a store: its contents, its gate, its failures, and what was counted. */
export class StoreControls {
  /** What is stored. */
  readonly entries: Map<string, string> = new Map();
  /** How many times `get` was called. */
  gets = 0;
  /** How many times `put` was called. */
  puts = 0;
  #failure: { code: WorldErrorCode; message: string } | undefined;
  readonly #gates = new Set<Promise<void>>();
  #waiters: Array<{ count: number; resolve: () => void }> = [];
  readonly #log: EventLog;

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** Makes the next operation fail. */
  failNext(code: WorldErrorCode, message: string): void {
    this.#failure = { code, message };
  }

  /** Keeps every operation that begins from now on waiting until the returned function is called. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#gates.add(promise);
    return () => {
      this.#gates.delete(promise);
      resolve();
    };
  }

  /** Resolves once `count` values are stored. */
  stored(count: number): Promise<void> {
    if (this.entries.size >= count) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiters.push({ count, resolve });
    return promise;
  }

  /** The learner's side. */
  readonly store: Store = {
    get: async (key) => {
      this.gets++;
      this.#log.add('store', `get ${JSON.stringify(key)}`);
      await this.#operate();
      const value = this.entries.get(key);
      if (value === undefined) throw new WorldError('ENOENT', `no entry ${JSON.stringify(key)}`);
      return value;
    },
    put: async (key, value) => {
      this.puts++;
      this.#log.add('store', `put ${JSON.stringify(key)}`);
      await this.#operate();
      if (this.entries.has(key)) throw new WorldError('EEXIST', `entry ${JSON.stringify(key)} exists`);
      this.entries.set(key, value);
      this.#waiters = this.#waiters.filter(({ count, resolve }) => {
        if (this.entries.size < count) return true;
        resolve();
        return false;
      });
    },
  };

  async #operate(): Promise<void> {
    const failure = this.#failure;
    this.#failure = undefined;
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all(this.#gates);
    if (!failure) return;
    this.#log.add('store', `failed with ${failure.code}`);
    // Made here, so that its stack leads to the line that awaits the operation.
    throw new WorldError(failure.code, failure.message);
  }
}
