import type { Json } from '../dialect/json.ts';
import type { SourceLine } from '../dialect/source-line.ts';
import type { EndStatus } from '../engine/call-port.ts';
import type { Clock } from '../engine/clock.ts';
import type { Received } from '../engine/scope.ts';
import type { StreamLog } from '../engine/stream-log.ts';
import { Queue } from './queue.ts';

/** Something that happened in a stream. */
export interface JournalEvent {
  kind: 'received' | 'sent' | 'fired' | 'progress' | 'unmatched' | 'half-closed' | 'note' | 'ended';
  /** Milliseconds since the stream began. */
  atMs: number;
  /** `sent`: when it was due, likewise. */
  scheduledMs?: number;
  /** `received`, `sent`: the message; received ones with their defaults. */
  readonly message?: Json;
  /** `received`: the same for patterns. */
  readonly received?: Received;
  /** The line of the scenario that did it, as `file:line`. */
  line?: string;
  /** What there is to say in words. */
  text?: string;
  /** `ended`: the status code. */
  code?: number;
}

/** A stream, running or over. */
export interface JournalStream {
  readonly id: string;
  /** `package.Service/Method`. */
  readonly method: string;
  /** The scenario's name, empty where none was found. */
  readonly scenario: string;
  readonly peer: string;
  /** Milliseconds of the Unix epoch. */
  readonly startedMs: number;
  /** How it ended; undefined while it runs. */
  readonly status: EndStatus | undefined;
  readonly events: Iterable<JournalEvent>;
  /** How many of its events were dropped to keep within the budget, oldest first. */
  readonly dropped: number;
}

/** Watches what happens in all streams. */
export type JournalListener = (stream: JournalStream, event: JournalEvent) => void;

/** An event with what it takes of the budget. */
interface KeptEvent extends JournalEvent {
  readonly cost: number;
}

const eventCost = 300;

/** Remembers what happened in streams, the latest within a budget of memory. */
export class Journal {
  readonly #clock: Clock;
  readonly #maxBytes: number;
  readonly #streams = new Map<string, StreamRecord>();
  readonly #listeners = new Set<JournalListener>();
  /** The stream of each event, in the order of the events. */
  #order = new Queue<StreamRecord>();
  #bytes = 0;

  /** @param maxBytes roughly how much memory events may take. Default 2 MiB. */
  constructor(clock: Clock, maxBytes: number = 2 * 1024 * 1024) {
    this.#clock = clock;
    this.#maxBytes = maxBytes;
  }

  /** The streams that are remembered, oldest first. */
  get streams(): JournalStream[] {
    return [...this.#streams.values()];
  }

  find(id: string): JournalStream | undefined {
    return this.#streams.get(id);
  }

  /** Calls a listener with every event from now on. Returns what ends that. */
  watch(listener: JournalListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Begins a stream's record. */
  open(id: string, method: string, scenario: string, peer: string): StreamLog {
    const stream = new StreamRecord(this, this.#clock, { id, method, scenario, peer });
    this.#streams.set(id, stream);
    return stream;
  }

  /** Forgets all streams that are over, and the events of those that run. */
  clear(): void {
    this.#order = new Queue();
    this.#bytes = 0;
    for (const stream of this.#streams.values()) {
      stream.events = new Queue();
      if (stream.status) this.#streams.delete(stream.id);
    }
  }

  /** Keeps an event, and drops the oldest ones where they are too many. */
  add(stream: StreamRecord, event: KeptEvent): void {
    stream.events.push(event);
    this.#order.push(stream);
    this.#bytes += event.cost;
    while (this.#bytes > this.#maxBytes) {
      const oldest = this.#order.shift();
      if (!oldest) break;
      this.#bytes -= oldest.events.shift()?.cost ?? 0;
      oldest.dropped++;
      if (oldest.events.length === 0 && oldest.status) this.#streams.delete(oldest.id);
    }
    for (const listener of this.#listeners) listener(stream, event);
  }
}

class StreamRecord implements JournalStream, StreamLog {
  readonly id: string;
  readonly method: string;
  readonly scenario: string;
  readonly peer: string;
  readonly startedMs: number;
  status: EndStatus | undefined;
  events = new Queue<KeptEvent>();
  dropped = 0;
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #startMs: number;

  constructor(
    journal: Journal,
    clock: Clock,
    { id, method, scenario, peer }: { id: string; method: string; scenario: string; peer: string },
  ) {
    this.id = id;
    this.method = method;
    this.scenario = scenario;
    this.peer = peer;
    this.startedMs = clock.wallMs();
    this.#journal = journal;
    this.#clock = clock;
    this.#startMs = clock.now();
  }

  received(message: Received): void {
    // The view is made only when somebody looks.
    this.#journal.add(this, new ReceivedEvent(this.#sinceStart(), message));
  }

  sent(message: Json, byteLength: number, scheduledMs: number, line: SourceLine | undefined): void {
    const event: KeptEvent = {
      kind: 'sent',
      cost: eventCost + byteLength,
      atMs: this.#sinceStart(),
      scheduledMs: round(scheduledMs - this.#startMs),
      message,
      ...(line && { line: `${line.file}:${line.number}` }),
    };
    this.#journal.add(this, event);
  }

  fired(line: SourceLine): void {
    this.#add({ kind: 'fired', line: `${line.file}:${line.number}` });
  }

  progress(text: string, line: SourceLine): void {
    this.#add({ kind: 'progress', text, line: `${line.file}:${line.number}` });
  }

  unmatched(nearest: string): void {
    this.#add({ kind: 'unmatched', text: nearest });
  }

  halfClosed(): void {
    this.#add({ kind: 'half-closed' });
  }

  note(text: string): void {
    this.#add({ kind: 'note', text });
  }

  ended(status: EndStatus): void {
    this.status = status;
    this.#add({ kind: 'ended', code: status.code, text: status.details });
  }

  #add(event: Omit<JournalEvent, 'atMs'>): void {
    this.#journal.add(this, {
      ...event,
      atMs: this.#sinceStart(),
      cost: eventCost + (event.text?.length ?? 0),
    });
  }

  #sinceStart(): number {
    return round(this.#clock.now() - this.#startMs);
  }
}

class ReceivedEvent implements KeptEvent {
  readonly kind = 'received';
  readonly atMs: number;
  readonly received: Received;

  constructor(atMs: number, message: Received) {
    this.atMs = atMs;
    this.received = message;
  }

  get cost(): number {
    return eventCost + this.received.byteLength;
  }

  get message(): Json {
    return this.received.view;
  }
}

/** To the microsecond. */
function round(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
