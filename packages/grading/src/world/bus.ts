import type { EventLog } from './event-log.ts';

/** Something that was published. */
export interface BusEvent {
  /** The topic it was published under. */
  topic: string;
  /** What happened, in words. */
  text: string;
  /** How serious it is, from 1 (worth knowing) to 4 (somebody has to act now). */
  level: number;
  /** When it happened, in milliseconds since the Unix epoch. */
  timeMs: number;
}

/** A push source: it calls its listeners whether or not they are ready. */
export interface Bus {
  /** Calls `listener` for each event from now on, on all topics, until the returned function is called. */
  subscribe(listener: (event: BusEvent) => void): () => void;
}

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
