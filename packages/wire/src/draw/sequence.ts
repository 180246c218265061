import type { Side, Timeline } from '../timeline.ts';
import { describeFrame } from './frame-wording.ts';
import { element, escapeXml, fitCharacters, makeDocument, measure, shortenPath, text } from './svg.ts';
import {
  type FrameRow,
  listRows,
  type TimelineFilter,
  type TimelineRow,
  type TimelineRows,
} from './timeline-rows.ts';
import { describeStall, formatMs, formatNumber, makePrintable, shorten } from './wording.ts';

/** How to draw a sequence diagram. */
export interface SequenceOptions extends TimelineFilter {
  /** Width of the drawing in pixels. Default 820. */
  width?: number;
  /** Stands over the diagram and names it. Default: the first call's path. */
  title?: string;
}

const rowHeight = 36;
const top = 76;
const gutter = 74;
const tip = 7;

interface Layout {
  width: number;
  height: number;
  x: Record<Side, number>;
}

/** Draws what crossed the wire between two lifelines, as an SVG document that needs nothing else. */
export function drawSequence(timeline: Timeline, options: SequenceOptions = {}): string {
  const { width = 820 } = options;
  const rows = listRows(timeline, { maxRows: 200, ...options });
  const title = makePrintable(options.title ?? timeline.streams[0]?.path ?? timeline.target);
  const room = fitCharacters(width - 60);
  const shown = options.title === undefined ? shortenPath(title, room) : shorten(title, room);
  const height = top + rows.rows.length * rowHeight + 24;
  const margin = Math.min(64, width / 12);
  const layout = { width, height, x: { client: gutter + margin, server: width - margin } };
  return makeDocument(
    { width, height, title: `Sequence diagram: ${title}`, description: describe(timeline, rows) },
    text(16, 26, shown, { class: 'sw-title' }),
    ...drawLifelines(layout),
    ...rows.rows.flatMap((row, index) => drawStallBar(row, index, rows.rows, layout)),
    ...rows.rows.map((row, index) => drawRow(row, top + (index + 0.5) * rowHeight, rows, layout)),
  );
}

function describe(timeline: Timeline, { rows }: TimelineRows): string {
  const frames = rows.filter(({ kind }) => kind === 'frame').length;
  const stalls = rows.flatMap((row) => (row.kind === 'stall' ? [describeStall(row.stall)] : []));
  const calls = timeline.streams.length === 1 ? '1 call' : `${formatNumber(timeline.streams.length)} calls`;
  return makePrintable(
    [
      `${calls} in ${formatMs(timeline.takenMs)}, ${formatNumber(frames)} arrows between client and server`,
      ...stalls,
    ].join('; '),
  );
}

function drawLifelines({ x, height }: Layout): string[] {
  return (['client', 'server'] as const).flatMap((side) => [
    text(x[side], 56, side, { class: 'sw-head', 'text-anchor': 'middle' }),
    element('line', { x1: x[side], y1: 64, x2: x[side], y2: height - 12, class: 'sw-axis' }),
  ]);
}

function drawRow(row: TimelineRow, y: number, rows: TimelineRows, layout: Layout): string {
  if (row.kind === 'omission') {
    const what =
      row.reason === 'dropped' ? 'older entries were dropped to save memory' : `${row.reason} entries`;
    return text(layout.width / 2, y + 4, `… ${formatNumber(row.count)} ${what}`, {
      class: 'sw-soft',
      'text-anchor': 'middle',
    });
  }
  const time = text(gutter - 8, y + 4, formatMs(row.atMs), { class: 'sw-soft', 'text-anchor': 'end' });
  const drawing =
    row.kind === 'frame'
      ? drawArrow(row, y, rows, layout)
      : drawBox(describeBox(row), y, row.kind === 'note' ? 'sw-note' : 'sw-stall', layout, findSide(row));
  return element('g', {}, time, drawing);
}

function drawArrow(row: FrameRow, y: number, rows: TimelineRows, { x }: Layout): string {
  const { frame } = row;
  const isFromClient = frame.from === 'client';
  const [start, end] = isFromClient ? [x.client, x.server] : [x.server, x.client];
  const isControl = /^(WINDOW_UPDATE|SETTINGS|PING)$/.test(frame.type);
  const isBad = /^(RST_STREAM|GOAWAY)$/.test(frame.type);
  const kind = `sw-${frame.from}${isControl ? ' sw-control' : ''}${isBad ? ' sw-bad' : ''}`;
  const back = end + (isFromClient ? -tip : tip);
  const id = rows.hasManyConnections ? `#${frame.connection}:${frame.stream} ` : `#${frame.stream} `;
  const what = describeFrame(row, (index) => rows.findMessage(frame, index));
  const label = makePrintable(
    `${rows.hasManyStreams && frame.stream > 0 ? id : ''}${frame.type} ${what}`.trim(),
  );
  const room = fitCharacters(x.server - x.client - 24);
  const shown = frame.block === 'request' ? shortenLabel(label, room) : shorten(label, room);
  const middle = (x.client + x.server) / 2;
  return [
    element('line', { x1: start, y1: y + 6, x2: end, y2: y + 6, class: kind }),
    element('path', {
      d: `M ${back} ${y + 1} L ${end} ${y + 6} L ${back} ${y + 11}`,
      class: `${kind} sw-tip`,
    }),
    element(
      'text',
      { x: middle, y, 'text-anchor': 'middle' },
      element('title', {}, escapeXml(label)),
      escapeXml(shown),
    ),
  ].join('');
}

/** Keeps the type at the front and the method at the end. */
function shortenLabel(label: string, length: number): string {
  const [type = '', ...rest] = label.split(' /');
  return label.length <= length
    ? label
    : `${type} ${shortenPath(`/${rest.join(' /')}`, length - type.length - 1)}`;
}

function describeBox(row: TimelineRow): string {
  if (row.kind === 'stall') return describeStall(row.stall);
  if (row.kind === 'note') return `${row.note.subject} ${row.note.text}`.trim();
  return row.kind === 'problem' ? `the ${row.problem.from}'s bytes: ${row.problem.text}` : '';
}

function findSide(row: TimelineRow): Side | undefined {
  if (row.kind === 'stall') return row.stall.sender;
  if (row.kind === 'problem') return row.problem.from;
  if (row.kind !== 'note') return undefined;
  return (['client', 'server'] as const).find((side) => row.note.subject.includes(side));
}

/** A box at the side it is about, or in the middle; long texts take two lines. */
function drawBox(content: string, y: number, kind: string, layout: Layout, side: Side | undefined): string {
  const room = fitCharacters(layout.width - gutter - 48);
  const printable = makePrintable(content);
  const lines = breakInTwo(printable, room);
  const width = Math.max(...lines.map(measure)) + 16;
  const height = lines.length === 1 ? 24 : 34;
  const center = side ? layout.x[side] : (layout.x.client + layout.x.server) / 2;
  const left = Math.min(Math.max(center - width / 2, gutter), layout.width - width - 12);
  const firstLine = lines.length === 1 ? y + 4 : y - 3;
  return element(
    'g',
    {},
    element('title', {}, escapeXml(printable)),
    element('rect', { x: left, y: y - height / 2, width, height, rx: 4, class: kind }),
    ...lines.map((line, index) => text(left + 8, firstLine + 14 * index, line)),
  );
}

function breakInTwo(content: string, room: number): string[] {
  if (content.length <= room) return [content];
  const space = content.lastIndexOf(' ', room);
  const end = space > 0 ? space : room;
  return [content.slice(0, end), shorten(content.slice(end).trim(), room)];
}

/** Shows how long a stall lasted, on its sender's lifeline. */
function drawStallBar(row: TimelineRow, index: number, rows: TimelineRow[], { x }: Layout): string[] {
  if (row.kind !== 'stall' || row.stall.cause === 'application') return [];
  const { endedMs = Infinity, sender } = row.stall;
  const next = rows.findIndex(({ atMs }, candidate) => candidate > index && atMs >= endedMs);
  const end = next === -1 ? rows.length : next + 0.5;
  const y = top + (index + 0.5) * rowHeight;
  const height = top + end * rowHeight - y;
  return [element('rect', { x: x[sender] - 5, y, width: 10, height, class: 'sw-stall' })];
}
