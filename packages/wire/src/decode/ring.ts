/** What a ring keeps: its cost in bytes, and whether it is still in the ring. */
export interface RingEntry {
  cost: number;
  isDropped: boolean;
}

/** Keeps the latest entries whose costs together stay within a budget. */
export class Ring<Entry extends RingEntry> {
  readonly #maxBytes: number;
  readonly #onDrop: (entry: Entry) => void;
  #entries: Entry[] = [];
  #first = 0;
  #bytes = 0;

  constructor(maxBytes: number, onDrop: (entry: Entry) => void) {
    this.#maxBytes = maxBytes;
    this.#onDrop = onDrop;
  }

  get bytes(): number {
    return this.#bytes;
  }

  push(entry: Entry): void {
    this.#entries.push(entry);
    this.#bytes += entry.cost;
    this.#trim();
  }

  /** Raises the cost of an entry that has grown. */
  grow(entry: Entry, bytes: number): void {
    entry.cost += bytes;
    if (entry.isDropped) return;
    this.#bytes += bytes;
    this.#trim();
  }

  *[Symbol.iterator](): Generator<Entry> {
    for (let index = this.#first; index < this.#entries.length; index++) {
      yield this.#entries[index] as Entry;
    }
  }

  #trim(): void {
    while (this.#bytes > this.#maxBytes) {
      const entry = this.#entries[this.#first++] as Entry;
      entry.isDropped = true;
      this.#bytes -= entry.cost;
      this.#onDrop(entry);
    }
    if (this.#first < 4096 || this.#first < this.#entries.length / 2) return;
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }
}
