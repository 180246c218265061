import type { EventLog } from './event-log.ts';
import type { Source, SourceItem } from './world.ts';
import { WorldError, type WorldErrorCode } from './world-error.ts';

/** How a source behaves, set by a check before the learner's code opens it. */
export interface SourceScript {
  /** How many items there are; Infinity by default. */
  items?: number;
  /** Fails instead of yielding the item after this many. */
  failAfter?: number;
  /** The failure's code, `EIO` by default. */
  failCode?: WorldErrorCode;
  /** The failure's message. */
  failMessage?: string;
  /** Whether items exist only once the check has released them. */
  gated?: boolean;
}

/** The check's side of a source: its script, its gate, and what was counted. */
export class SourceControls {
  /** How often the source was opened. */
  opened = 0;
  /** How many iterators are still open. */
  open = 0;
  /** How many times `next()` was called. */
  pulls = 0;
  /** How many items were handed out. */
  yielded = 0;
  #script: SourceScript = {};
  #released = 0;
  #wake: Set<() => void> = new Set();
  #pullWaiters: Array<{ count: number; resolve: () => void }> = [];
  readonly #log: EventLog;

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** Sets how the source behaves from now on. */
  script(script: SourceScript): void {
    this.#script = script;
  }

  /** Lets `count` more items of a gated source exist. */
  release(count = 1): void {
    this.#released += count;
    for (const wake of this.#wake) wake();
  }

  /** Resolves once `next()` was called `count` times in all. */
  pulled(count: number): Promise<void> {
    if (this.pulls >= count) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#pullWaiters.push({ count, resolve });
    return promise;
  }

  /** The learner's side. */
  readonly source: Source = {
    open: (topic, options) => this.#open(topic, options?.signal),
  };

  #open(topic: string, signal: AbortSignal | undefined): AsyncIterableIterator<SourceItem> {
    const script = this.#script;
    const controls = this;
    let index = 0;
    let done = false;
    this.opened++;
    this.open++;
    this.#log.add('source', `opened for topic ${JSON.stringify(topic)}`);

    const close = (why: string): void => {
      if (done) return;
      done = true;
      controls.open--;
      controls.#log.add('source', `${why} after ${index} item${index === 1 ? '' : 's'}`);
    };
    const ready = async (): Promise<void> => {
      while (!done && script.gated && index >= controls.#released) {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        const abort = () => reject(signal?.reason);
        controls.#wake.add(resolve);
        wakeOnClose = resolve;
        signal?.addEventListener('abort', abort, { once: true });
        try {
          await promise;
        } finally {
          controls.#wake.delete(resolve);
          signal?.removeEventListener('abort', abort);
        }
      }
    };
    let wakeOnClose: (() => void) | undefined;
    signal?.addEventListener('abort', () => close('aborted'), { once: true });

    const iterator: AsyncIterableIterator<SourceItem> = {
      [Symbol.asyncIterator]: () => iterator,
      async next() {
        controls.#countPull();
        // Even an item that exists already takes a turn of the event loop, as reading from a real device does.
        await new Promise((resolve) => setImmediate(resolve));
        try {
          signal?.throwIfAborted();
          await ready();
        } catch (reason) {
          close('aborted');
          throw reason;
        }
        if (done) return { done: true, value: undefined };
        if (index === script.failAfter) {
          close('failed');
          throw new WorldError(script.failCode ?? 'EIO', script.failMessage ?? 'the source broke');
        }
        if (index >= (script.items ?? Number.POSITIVE_INFINITY)) {
          close('exhausted');
          return { done: true, value: undefined };
        }
        index++;
        controls.yielded++;
        controls.#log.add('source', `item ${index}`);
        return { done: false, value: { index, topic } };
      },
      async return() {
        close('closed');
        wakeOnClose?.();
        return { done: true, value: undefined };
      },
    };
    return iterator;
  }

  #countPull(): void {
    this.pulls++;
    this.#pullWaiters = this.#pullWaiters.filter(({ count, resolve }) => {
      if (this.pulls < count) return true;
      resolve();
      return false;
    });
  }
}
