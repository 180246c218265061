/** What a failing archive says, and no client should hear. */
export const SECRET = 'db-7.internal';

/** How an archive behaves. */
export interface ArchiveScript<T> {
  /** Makes row number `number`, counted from 1. */
  row: (number: number) => T;
  /** How many rows there are. */
  rows: number;
  /** How many rows a cursor reads at once. */
  batch: number;
  /** Fails instead of reading what comes after this many rows. */
  failAfter?: number;
}

/** An archive whose cursors are counted. */
export class Archive<T> {
  /** How many rows its cursors have handed out. */
  rowsRead = 0;
  /** How many cursors were opened. */
  opened = 0;
  /** How many cursors are open. */
  unclosed = 0;
  readonly #script: ArchiveScript<T>;
  #waiter: { rows: number; resolve: () => void } | undefined;

  constructor(script: ArchiveScript<T>) {
    this.#script = script;
  }

  /** Resolves once more than `rows` rows were handed out. */
  readMoreThan(rows: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.rowsRead > rows) resolve();
    this.#waiter = { rows, resolve };
    return promise;
  }

  /** The exercise's side. */
  readonly open = (): { read(): Promise<T[]>; close(): void } => {
    const { row, rows, batch, failAfter = Number.POSITIVE_INFINITY } = this.#script;
    let position = 0;
    let isClosed = false;
    this.opened++;
    this.unclosed++;
    return {
      read: async () => {
        // Even rows that lie ready take a turn of the event loop, as those of a real database do.
        await new Promise((resolve) => setImmediate(resolve));
        if (isClosed) throw new Error('the cursor is closed');
        if (position >= failAfter) throw new Error(`connection to ${SECRET} lost`);
        const count = Math.min(batch, rows - position);
        const read = Array.from({ length: count }, (_, at) => row(position + at + 1));
        position += count;
        this.rowsRead += count;
        if (this.#waiter && this.rowsRead > this.#waiter.rows) this.#waiter.resolve();
        return read;
      },
      close: () => {
        if (isClosed) return;
        isClosed = true;
        this.unclosed--;
      },
    };
  };
}
