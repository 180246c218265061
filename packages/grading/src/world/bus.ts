import type { EventLog } from './event-log.ts';
import type { Bus, BusEvent } from './world.ts';

/** The check's side of the bus. */
export class BusControls {
  /** How many events were published. */
  published = 0;
  /** How often a listener was added. */
  subscriptions = 0;
  readonly #listeners: Set<(event: BusEvent) => void> = new Set();
  #waiters: Array<{ count: number; resolve: () => void }> = [];
  readonly #log: EventLog;

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** How many listeners are subscribed. */
  get listeners(): number {
    return this.#listeners.size;
  }

  /** Publishes an event to all listeners, synchronously. */
  publish(event: BusEvent): void {
    this.published++;
    this.#log.add('bus', `published ${JSON.stringify(event.text)} on ${event.topic}, level ${event.level}`);
    for (const listener of [...this.#listeners]) listener(event);
  }

  /** Resolves once `count` listeners are subscribed at the same time. */
  subscribed(count = 1): Promise<void> {
    if (this.listeners >= count) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiters.push({ count, resolve });
    return promise;
  }

  /** The learner's side. */
  readonly bus: Bus = {
    subscribe: (listener) => {
      const entry = (event: BusEvent) => listener(event);
      this.#listeners.add(entry);
      this.subscriptions++;
      this.#log.add('bus', 'listener added');
      this.#waiters = this.#waiters.filter(({ count, resolve }) => {
        if (this.listeners < count) return true;
        resolve();
        return false;
      });
      return () => {
        if (this.#listeners.delete(entry)) this.#log.add('bus', 'listener removed');
      };
    },
  };
}
