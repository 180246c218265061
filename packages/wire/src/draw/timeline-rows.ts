import type {
  FrameRecord,
  MessageRecord,
  NoteRecord,
  ProblemRecord,
  StallRecord,
  Timeline,
} from '../timeline.ts';

/** Which entries of a timeline to show. */
export interface TimelineFilter {
  /** Only this connection. */
  connection?: number;
  /** Only these streams, with the connection's own WINDOW_UPDATE and GOAWAY frames. */
  streams?: readonly number[];
  /** Only frames of these types, such as `HEADERS`. */
  types?: readonly string[];
  /** No frames of these types. */
  omitTypes?: readonly string[];
  /** Only what happened in this time, in milliseconds of the timeline. */
  fromMs?: number;
  untilMs?: number;
  /** Whether runs of whole messages become one row. Default true. */
  collapse?: boolean;
  /** Stalls that ended sooner are left out, in milliseconds. Default 5. */
  minStallMs?: number;
  /** At most so many rows: those around `aroundMs`, which is the end by default. */
  maxRows?: number;
  aroundMs?: number;
}

/** A frame, or a run of frames of which there is nothing to be said one by one. */
export interface FrameRow {
  kind: 'frame';
  atMs: number;
  frame: FrameRecord;
  last: FrameRecord;
  count: number;
  /** Of all payloads. */
  bytes: number;
}

/** One line of a listing, one arrow or box of a diagram. */
export type TimelineRow =
  | FrameRow
  | { kind: 'note'; atMs: number; note: NoteRecord }
  | { kind: 'stall'; atMs: number; stall: StallRecord }
  | { kind: 'problem'; atMs: number; problem: ProblemRecord }
  | { kind: 'omission'; atMs: number; count: number; reason: 'dropped' | 'earlier' | 'later' };

/** A timeline made ready to be shown. */
export interface TimelineRows {
  rows: TimelineRow[];
  findMessage(frame: FrameRecord, index: number): MessageRecord | undefined;
  /** Whether frames must be told apart by their stream, and by their connection. */
  hasManyStreams: boolean;
  hasManyConnections: boolean;
}

/** Lists the entries that a filter lets through, by time. */
export function listRows(timeline: Timeline, filter: TimelineFilter): TimelineRows {
  const frames = timeline.frames.filter((frame) => isWanted(frame, filter));
  const rows: TimelineRow[] = filter.collapse === false ? frames.map(makeRow) : collapse(frames);
  for (const note of timeline.notes) rows.push({ kind: 'note', atMs: note.atMs, note });
  for (const stall of timeline.stalls) {
    if (!isWanted(stall, filter) || isShort(stall, filter)) continue;
    // The wait of an application is known only now.
    rows.push({ kind: 'stall', atMs: stall.cause === 'application' ? timeline.takenMs : stall.atMs, stall });
  }
  for (const problem of timeline.problems) {
    if (isWanted({ stream: 0, ...problem }, filter))
      rows.push({ kind: 'problem', atMs: problem.atMs, problem });
  }
  const { fromMs = -Infinity, untilMs = Infinity } = filter;
  const shown = rows.filter(({ atMs }) => atMs >= fromMs && atMs <= untilMs);
  shown.sort((a, b) => a.atMs - b.atMs);
  const messages = new Map(timeline.messages.map((message) => [keyOf(message, message.index), message]));
  return {
    rows: trim(shown, timeline, filter),
    findMessage: (frame, index) => messages.get(keyOf(frame, index)),
    hasManyStreams: new Set(frames.map(({ stream }) => stream).filter(Boolean)).size > 1,
    hasManyConnections: new Set(frames.map(({ connection }) => connection)).size > 1,
  };
}

export function makeRow(frame: FrameRecord): FrameRow {
  return { kind: 'frame', atMs: frame.atMs, frame, last: frame, count: 1, bytes: frame.length };
}

/** Puts a frame at the end of a run, unless it begins another one. */
export function extendRow(row: FrameRow, frame: FrameRecord): boolean {
  if (!continues(row.last, frame)) return false;
  row.last = frame;
  row.count++;
  row.bytes += frame.length;
  return true;
}

function keyOf(of: { connection: number; stream: number; from: string }, index: number): string {
  return `${of.connection} ${of.stream} ${of.from} ${index}`;
}

function isWanted(
  entry: { connection: number; stream: number; type?: string },
  filter: TimelineFilter,
): boolean {
  const { connection = entry.connection, streams, types, omitTypes = [] } = filter;
  const { type } = entry;
  if (entry.connection !== connection) return false;
  if (type !== undefined && (omitTypes.includes(type) || !(types ?? [type]).includes(type))) return false;
  if (!streams || streams.includes(entry.stream)) return true;
  return entry.stream === 0 && type !== 'SETTINGS' && type !== 'PING';
}

function isShort({ atMs, endedMs = Infinity }: StallRecord, { minStallMs = 5 }: TimelineFilter): boolean {
  return endedMs - atMs < minStallMs;
}

function collapse(frames: FrameRecord[]): TimelineRow[] {
  const rows: TimelineRow[] = [];
  for (const frame of frames) {
    const row = rows.at(-1);
    if (row?.kind !== 'frame' || !extendRow(row, frame)) rows.push(makeRow(frame));
  }
  return rows;
}

/** Whether both frames are plain ones of one side of a stream. */
function continues(previous: FrameRecord, frame: FrameRecord): boolean {
  return (
    isPlain(previous) &&
    isPlain(frame) &&
    previous.connection === frame.connection &&
    previous.stream === frame.stream &&
    previous.from === frame.from &&
    (previous.messages === undefined) === (frame.messages === undefined)
  );
}

/** Whether a frame carries whole messages, or DATA that belongs to none, and nothing else is to be said of it. */
export function isPlain({ type, messages, flags, windows }: FrameRecord): boolean {
  const isUsedUp = (windows?.stream ?? 1) <= 0 || (windows?.connection ?? 1) <= 0;
  const isCut = messages !== undefined && (messages.before !== 0 || messages.after !== 0);
  return type === 'DATA' && !isCut && !flags.length && !isUsedUp;
}

function trim(rows: TimelineRow[], timeline: Timeline, filter: TimelineFilter): TimelineRow[] {
  const { maxRows = Infinity, aroundMs = Infinity } = filter;
  const { untilMs: droppedMs = 0, ...counts } = timeline.dropped;
  const dropped = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const trimmed = rows.length > maxRows ? cut(rows, maxRows, aroundMs) : rows;
  if (dropped === 0) return trimmed;
  return [{ kind: 'omission', atMs: droppedMs, count: dropped, reason: 'dropped' }, ...trimmed];
}

function cut(rows: TimelineRow[], maxRows: number, aroundMs: number): TimelineRow[] {
  const next = rows.findIndex(({ atMs }) => atMs > aroundMs);
  const center = next === -1 ? rows.length : next;
  // Two rows say how much is missing before and after.
  const room = Math.max(1, maxRows - 2);
  const first = Math.max(0, Math.min(center - Math.ceil(room / 2), rows.length - room));
  const kept = rows.slice(first, first + room);
  const later = rows.length - first - room;
  if (first > 0)
    kept.unshift({ kind: 'omission', atMs: rows[0]?.atMs ?? 0, count: first, reason: 'earlier' });
  if (later > 0) kept.push({ kind: 'omission', atMs: rows.at(-1)?.atMs ?? 0, count: later, reason: 'later' });
  return kept;
}
