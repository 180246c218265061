import type { Registry } from '@bufbuild/protobuf';
import type {
  DroppedRecord,
  FrameRecord,
  NoteRecord,
  ProblemRecord,
  StallRecord,
  Timeline,
  TimelineEvent,
} from '../timeline.ts';
import type { ConnectionDecoder } from './connection-decoder.ts';
import { type Entry, type FrameEntry, type MessageEntry, RecordEntry } from './entries.ts';
import { describeFrame, describeMessage } from './records.ts';
import { Ring } from './ring.ts';

const slabLength = 64 * 1024;

export interface RecorderOptions {
  target: string;
  maxBytes: number;
  maxMessageBytes: number;
  registry?: Registry | undefined;
  onEvent?: ((event: TimelineEvent) => void) | undefined;
}

/** Keeps what the decoders find, within a budget, and makes timelines of it. */
export class Recorder {
  readonly startedAtMs: number = performance.timeOrigin + performance.now();
  readonly #started = performance.now();
  readonly #options: RecorderOptions;
  readonly #ring: Ring<Entry>;
  readonly #dropped: DroppedRecord = {
    connections: 0,
    streams: 0,
    frames: 0,
    messages: 0,
    notes: 0,
    stalls: 0,
    problems: 0,
  };
  readonly #live = new Set<ConnectionDecoder>();
  #nextOrder = 0;
  /** Payload bytes set aside for messages that are under way. */
  #reservedBytes = 0;
  #slab = new Uint8Array();
  #slabUsed = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#ring = new Ring(options.maxBytes, ({ kind, atMs }) => {
      this.#dropped[kind]++;
      this.#dropped.untilMs = Math.max(atMs, this.#dropped.untilMs ?? 0);
    });
  }

  /** What the ring holds, in bytes of its budget. */
  get bytes(): number {
    return this.#ring.bytes;
  }

  /** Milliseconds since the start, to the microsecond. */
  now(): number {
    return Math.round((performance.now() - this.#started) * 1000) / 1000;
  }

  nextOrder(): number {
    return this.#nextOrder++;
  }

  add(entry: Entry): void {
    this.#ring.push(entry);
  }

  grow(entry: Entry, bytes: number): void {
    this.#ring.grow(entry, bytes);
  }

  /** Sets memory aside for a message's payload, or none where it shall be counted only. */
  keepPayload(message: MessageEntry): void {
    const { length } = message;
    const { maxMessageBytes, maxBytes } = this.#options;
    if (length > maxMessageBytes || this.#reservedBytes + length > maxBytes) return;
    this.#reservedBytes += length;
    // One large piece of memory for many payloads: an array for each would cost the collector more than the rest.
    if (this.#slab.length - this.#slabUsed < length) {
      this.#slab = new Uint8Array(Math.max(slabLength, length));
      this.#slabUsed = 0;
    }
    message.slab = this.#slab;
    message.payloadStart = this.#slabUsed;
    this.#slabUsed += length;
  }

  release(bytes: number): void {
    this.#reservedBytes -= bytes;
  }

  open(connection: ConnectionDecoder): void {
    this.#live.add(connection);
    this.emit(() => ({ kind: 'connection', connection: structuredClone(connection.record) }));
  }

  close(connection: ConnectionDecoder): void {
    this.#live.delete(connection);
    this.add(new RecordEntry('connections', connection.record));
    this.emit(() => ({ kind: 'connection', connection: structuredClone(connection.record) }));
  }

  note(note: NoteRecord): void {
    this.add(new RecordEntry('notes', note, note.subject.length + note.text.length));
    this.emit(() => ({ kind: 'note', note }));
  }

  problem(problem: ProblemRecord): void {
    this.add(new RecordEntry('problems', problem, problem.text.length));
    this.emit(() => ({ kind: 'problem', problem }));
  }

  stall(stall: StallRecord): void {
    this.add(new RecordEntry('stalls', stall));
    this.emit(() => ({ kind: 'stall', stall: { ...stall } }));
  }

  /** Tells whoever watches; a failure of theirs does not reach the connection. */
  emit(makeEvent: () => TimelineEvent): void {
    const { onEvent } = this.#options;
    if (!onEvent) return;
    try {
      onEvent(makeEvent());
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  emitFrame(entry: FrameEntry, touched: MessageEntry[] = []): void {
    const { registry, onEvent } = this.#options;
    if (!onEvent) return;
    this.emit(() => ({
      kind: 'frame',
      frame: describeFrame(entry),
      messages: touched.map((message) => describeMessage(message, registry)),
    }));
  }

  timeline(): Timeline {
    const timeline: Timeline = {
      version: 1,
      startedAtMs: this.startedAtMs,
      takenMs: this.now(),
      target: this.#options.target,
      connections: [],
      streams: [],
      frames: [],
      messages: [],
      notes: [],
      stalls: [],
      problems: [],
      dropped: { ...this.#dropped },
    };
    for (const entry of this.#ring) this.#addTo(timeline, entry);
    for (const connection of this.#live) {
      timeline.connections.push(structuredClone(connection.record));
      for (const stream of connection.openStreams) timeline.streams.push(structuredClone(stream.record));
      timeline.stalls.push(...connection.waits());
    }
    timeline.connections.sort((a, b) => a.id - b.id);
    timeline.streams.sort((a, b) => a.connection - b.connection || a.id - b.id);
    timeline.notes.sort((a, b) => a.atMs - b.atMs);
    // A frame is complete after its parts; the two directions are put back into one order.
    timeline.frames.sort((a: FrameRecord, b: FrameRecord) => a.order - b.order);
    return timeline;
  }

  #addTo(timeline: Timeline, entry: Entry): void {
    switch (entry.kind) {
      case 'frames':
        timeline.frames.push(describeFrame(entry));
        return;
      case 'messages':
        timeline.messages.push(describeMessage(entry, this.#options.registry));
        return;
      default: {
        const list: object[] = timeline[entry.kind];
        list.push(structuredClone(entry.value));
      }
    }
  }
}
