import type { MessageRecord, Timeline, TimelineEvent } from '../timeline.ts';
import { describeFrame } from './frame-wording.ts';
import {
  type FrameRow,
  listRows,
  makeRow,
  type TimelineFilter,
  type TimelineRow,
  type TimelineRows,
} from './timeline-rows.ts';
import { describeStall, formatNumber, makePrintable, shorten } from './wording.ts';

/** How to print a timeline. */
export interface TextOptions extends TimelineFilter {
  /** Columns; longer lines end in an ellipsis. Default: as long as they are. */
  width?: number;
  /** Whether to use ANSI colours. Default false. */
  color?: boolean;
  /** Whether messages that were decoded are printed after their sizes. Default false. */
  json?: boolean;
}

const colors = { dim: 2, red: 31, green: 32, yellow: 33, magenta: 35, cyan: 36 };
type Color = keyof typeof colors;
type Piece = [text: string, color?: Color];

/** Lists what happened, a line for each frame or run of frames, note and stall. */
export function formatTimeline(timeline: Timeline, options: TextOptions = {}): string[] {
  const rows = listRows(timeline, options);
  const latestMs = rows.rows.reduce((latest, { atMs }) => Math.max(latest, atMs), 0);
  const timeWidth = Math.max(4, formatNumber(Math.round(latestMs)).length);
  return rows.rows.map((row) => paint(formatRow(row, rows, timeWidth, options), options));
}

/** Formats an event as it comes; streams say nothing that their frames do not, and connections only why they broke off. */
export function formatEvent(event: TimelineEvent, options: TextOptions = {}): string[] {
  const row = toRow(event);
  return row ? [formatLiveRow(row, event.kind === 'frame' ? event.messages : [], options)] : [];
}

/** Formats a row with the messages that its frames carry. */
export function formatLiveRow(
  row: TimelineRow,
  messages: readonly MessageRecord[],
  options: TextOptions,
): string {
  const byIndex = new Map(messages.map((message) => [message.index, message]));
  const rows = {
    findMessage: (_: unknown, index: number) => byIndex.get(index),
    hasManyStreams: true,
    hasManyConnections: true,
  };
  return paint(formatRow(row, rows, 6, options), options);
}

function toRow(event: TimelineEvent): TimelineRow | undefined {
  switch (event.kind) {
    case 'frame':
      return makeRow(event.frame);
    case 'connection': {
      const { id, error, closedMs: atMs = 0 } = event.connection;
      const note = { atMs, subject: `connection ${id}`, text: `broke off: ${error}` };
      return error === undefined ? undefined : { kind: 'note', atMs, note };
    }
    case 'note':
      return { ...event, atMs: event.note.atMs };
    case 'problem':
      return { ...event, atMs: event.problem.atMs };
    case 'stall':
      return { ...event, atMs: event.stall.atMs };
    default:
      return undefined;
  }
}

function formatRow(
  row: TimelineRow,
  rows: Omit<TimelineRows, 'rows'>,
  timeWidth: number,
  options: TextOptions,
): Piece[] {
  const time: Piece = [`${formatNumber(Math.round(row.atMs)).padStart(timeWidth)} ms   `, 'dim'];
  switch (row.kind) {
    case 'note':
      return [time, [`${row.note.subject} ${row.note.text}`.trim(), 'magenta']];
    case 'stall':
      return [time, [describeStall(row.stall), 'yellow']];
    case 'problem': {
      const { from, offset, text } = row.problem;
      return [time, [`the ${from}'s bytes from ${formatNumber(offset)} on: ${text}`, 'red']];
    }
    case 'omission': {
      const reason =
        row.reason === 'dropped' ? 'older entries were dropped to save memory' : `${row.reason} entries`;
      return [[`${' '.repeat(timeWidth + 6)}… ${formatNumber(row.count)} ${reason}`, 'dim']];
    }
    case 'frame':
      return [time, ...formatFrame(row, rows, options)];
  }
}

function formatFrame(row: FrameRow, rows: Omit<TimelineRows, 'rows'>, options: TextOptions): Piece[] {
  const { frame } = row;
  const isFromClient = frame.from === 'client';
  const id = rows.hasManyConnections ? `${frame.connection}:${frame.stream}` : String(frame.stream);
  const text = describeFrame(row, (index) => rows.findMessage(frame, index), options);
  const isFailure = frame.type === 'RST_STREAM' || frame.type === 'GOAWAY';
  return [
    [isFromClient ? 'client → server  ' : 'client ← server  ', isFromClient ? 'cyan' : 'green'],
    [rows.hasManyStreams ? `${id.padEnd(rows.hasManyConnections ? 5 : 3)}  ` : '', 'dim'],
    [text ? `${frame.type.padEnd(8)} ` : frame.type, isFailure ? 'red' : undefined],
    [text],
  ];
}

function paint(pieces: Piece[], { width = Infinity, color = false }: TextOptions): string {
  let line = '';
  let room = width;
  for (const [raw, name] of pieces) {
    const text = shorten(makePrintable(raw), room);
    room -= text.length;
    line += color && name && text ? `\u001b[${colors[name]}m${text}\u001b[0m` : text;
    if (room <= 0) break;
  }
  return line;
}
