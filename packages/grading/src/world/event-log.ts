/** One thing the harness saw, on the clock of the check. */
export interface LogLine {
  /** Milliseconds since the check began. */
  atMs: number;
  /** Who or what it concerns, for example `source` or `call`. */
  subject: string;
  /** What happened, in words. */
  text: string;
}

/** Keeps what the harness saw during one check, oldest first, and drops the oldest when there is too much. */
export class EventLog {
  readonly lines: LogLine[] = [];
  readonly #start = performance.now();
  readonly #capacity: number;
  readonly #listener: ((line: LogLine) => void) | undefined;

  constructor(listener?: (line: LogLine) => void, capacity = 200) {
    this.#listener = listener;
    this.#capacity = capacity;
  }

  add(subject: string, text: string): void {
    const line = { atMs: Math.round((performance.now() - this.#start) * 10) / 10, subject, text };
    this.lines.push(line);
    if (this.lines.length > this.#capacity) this.lines.shift();
    this.#listener?.(line);
  }
}
