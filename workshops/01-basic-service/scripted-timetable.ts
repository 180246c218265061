import type { Sailing, Timetable } from './src/timetable.ts';

/** Says how a timetable behaves; by default all sailings are there, and there is an end. */
export interface TimetableScript {
  /** How many sailings can be had before the next one keeps everybody waiting. */
  released?: number;
  /** Fails instead of handing out the sailing after so many. */
  failAfter?: number;
  /** Fails whoever looks for a single sailing. */
  failsToFind?: boolean;
}

/** A timetable of a check, and what was done with it. */
export interface ScriptedTimetable extends Timetable {
  /** How many walks through the sailings are under way. */
  readonly open: number;
}

/** The text of every failure of a scripted timetable; no client should ever read it. */
export const secret = 'harbour-db-3: password rejected';

/** Creates a timetable of some sailings to one harbour, `Juist`. */
export function createTimetable(sailings: Sailing[], script: TimetableScript = {}): ScriptedTimetable {
  let open = 0;
  async function* walk(harbour: string, signal: AbortSignal | undefined, closed: Promise<void>) {
    const { released = Number.POSITIVE_INFINITY, failAfter } = script;
    for (const [index, sailing] of sailings.filter((each) => each.harbour === harbour).entries()) {
      await new Promise((resolve) => setImmediate(resolve));
      if (index === failAfter) throw new Error(secret);
      if (index >= released) await closed;
      signal?.throwIfAborted();
      yield sailing;
    }
  }
  return {
    get open() {
      return open;
    },
    find: async (id) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (script.failsToFind) throw new Error(secret);
      return sailings.find((sailing) => sailing.id === id);
    },
    sailingsTo: (harbour, { signal } = {}) => {
      const closing = Promise.withResolvers<void>();
      const sailings = walk(harbour, signal, closing.promise);
      let isOpen = true;
      open++;
      const close = (): void => {
        if (isOpen) open--;
        isOpen = false;
        closing.resolve();
      };
      signal?.addEventListener('abort', close, { once: true });
      const iterator: AsyncIterableIterator<Sailing> = {
        [Symbol.asyncIterator]: () => iterator,
        next: async () => {
          try {
            const result = await sailings.next();
            if (result.done) close();
            return result;
          } catch (error) {
            close();
            throw error;
          }
        },
        return: async () => {
          close();
          return { done: true, value: undefined };
        },
      };
      return iterator;
    },
  };
}

/** Makes sailings to a harbour, each a minute and a millisecond after the one before. */
export function makeSailings(count: number, harbour = 'Juist'): Sailing[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `J${index + 1}`,
    harbour,
    departsAt: new Date(Date.UTC(2026, 6, 1, 8) + index * 60_001),
    fareCents: 1450n + BigInt(index),
    state: 'on time',
  }));
}
