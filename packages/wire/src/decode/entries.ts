import type {
  ConnectionRecord,
  FrameRecord,
  NoteRecord,
  ProblemRecord,
  Side,
  StallRecord,
  StreamRecord,
} from '../timeline.ts';
import type { RingEntry } from './ring.ts';

/** What an entry costs in memory besides its bytes, roughly. */
const baseCost = 256;

/** Stands for a window that a frame says nothing about: small, so that no number object has to be made. */
export const unknownWindow: number = -(2 ** 31);

/** The parts of a frame's record that only some types have; kept ready because they are few. */
export type FrameDetails = Partial<FrameRecord>;

/** A frame as the ring keeps it: small, because there are many, and named only when somebody looks. */
export class FrameEntry implements RingEntry {
  readonly kind = 'frames';
  cost = baseCost;
  isDropped = false;
  readonly order: number;
  readonly connection: number;
  readonly from: Side;
  readonly atMs: number;
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly length: number;
  readonly offset: number;
  isInjected = false;
  padding = -1;
  connectionWindow: number = unknownWindow;
  streamWindow: number = unknownWindow;
  firstMessage = 0;
  lastMessage = 0;
  bytesBefore = 0;
  bytesAfter = 0;
  details: FrameDetails | undefined;

  constructor(
    order: number,
    connection: number,
    from: Side,
    atMs: number,
    header: { type: number; flags: number; stream: number; length: number; offset: number },
  ) {
    this.order = order;
    this.connection = connection;
    this.from = from;
    this.atMs = atMs;
    this.type = header.type;
    this.flags = header.flags;
    this.stream = header.stream;
    this.length = header.length;
    this.offset = header.offset;
  }
}

/** A message as the ring keeps it; its payload is decoded only when somebody looks. */
export class MessageEntry implements RingEntry {
  readonly kind = 'messages';
  cost = baseCost;
  isDropped = false;
  readonly stream: StreamRecord;
  readonly from: Side;
  readonly index: number;
  readonly atMs: number;
  readonly length: number;
  readonly isCompressed: boolean;
  completeMs = Number.NaN;
  received = 0;
  firstFrame = -1;
  lastFrame = -1;
  /** Where the payload is kept: from `payloadStart` on, `length` bytes; undefined where it is not. */
  slab: Uint8Array | undefined;
  payloadStart = 0;

  constructor(
    stream: StreamRecord,
    from: Side,
    index: number,
    atMs: number,
    length: number,
    isCompressed: boolean,
  ) {
    this.stream = stream;
    this.from = from;
    this.index = index;
    this.atMs = atMs;
    this.length = length;
    this.isCompressed = isCompressed;
  }
}

/** An entry that is kept as its record. */
export class RecordEntry<Kind extends string, Value extends { atMs: number }> implements RingEntry {
  readonly kind: Kind;
  readonly value: Value;
  cost: number;
  isDropped = false;

  constructor(kind: Kind, value: Value, textBytes = 0) {
    this.kind = kind;
    this.value = value;
    this.cost = baseCost + textBytes;
  }

  get atMs(): number {
    return this.value.atMs;
  }
}

export type Entry =
  | FrameEntry
  | MessageEntry
  | RecordEntry<'connections', ConnectionRecord>
  | RecordEntry<'streams', StreamRecord>
  | RecordEntry<'notes', NoteRecord>
  | RecordEntry<'stalls', StallRecord>
  | RecordEntry<'problems', ProblemRecord>;
