/** A sailing as the harbour office knows it. */
export interface Sailing {
  /** What the board shows, for example `F12`. */
  id: string;
  harbour: string;
  departsAt: Date;
  fareCents: bigint;
  state: 'on time' | 'delayed' | 'cancelled';
}

/** The timetable of the harbour office. */
export interface Timetable {
  /** Finds a sailing; undefined where there is none. */
  find(id: string): Promise<Sailing | undefined>;
  /**
   * Goes through today's sailings to a harbour, in their order.
   *
   * The next one may take a while. It is over after the last one, when `return()` is called, or, with the signal's reason
   * as a rejection, when `signal` aborts, also while a `next()` is waiting.
   */
  sailingsTo(harbour: string, options?: { signal?: AbortSignal }): AsyncIterableIterator<Sailing>;
}

const board: Sailing[] = [
  { id: 'F12', harbour: 'Norderney', departsAt: at('08:15'), fareCents: 1450n, state: 'on time' },
  { id: 'F14', harbour: 'Norderney', departsAt: at('10:15'), fareCents: 1450n, state: 'delayed' },
  { id: 'B3', harbour: 'Baltrum', departsAt: at('11:00'), fareCents: 1790n, state: 'on time' },
  { id: 'F16', harbour: 'Norderney', departsAt: at('12:15'), fareCents: 1450n, state: 'cancelled' },
];

/** A timetable to try your server with. */
export const exampleTimetable: Timetable = {
  find: async (id) => board.find((sailing) => sailing.id === id),
  sailingsTo: async function* (harbour, { signal } = {}) {
    for (const sailing of board.filter((each) => each.harbour === harbour)) {
      signal?.throwIfAborted();
      yield sailing;
    }
  },
};

function at(time: string): Date {
  return new Date(`2026-07-01T${time}:00Z`);
}
