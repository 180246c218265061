import type { StallRecord, Timeline } from '../timeline.ts';
import { element, fitCharacters, makeDocument, round, text } from './svg.ts';
import { followWindows, type WindowPoint, type WindowSelection, type WindowSeries } from './window-series.ts';
import { formatBytes, formatMs, formatNumber, makePrintable, otherSide, shorten } from './wording.ts';

/** How to draw windows over time. */
export interface WindowsOptions extends WindowSelection {
  /** Size of the drawing in pixels. Default 820 by 360. */
  width?: number;
  height?: number;
  title?: string;
}

const frame = { left: 84, right: 24, top: 84, bottom: 48 };

/** Plots how much one side may still send, on a stream and on its connection, as a self-contained SVG document. */
export function drawWindows(timeline: Timeline, options: WindowsOptions = {}): string {
  const { width = 820, height = 360 } = options;
  const series = followWindows(timeline, options);
  const description = describeWindows(timeline, options);
  const title = makePrintable(
    options.title ??
      (series ? `What the ${series.sender} may send on stream ${series.stream.id}` : 'Windows'),
  );
  const head = text(16, 26, shorten(title, fitCharacters(width - 60)), { class: 'sw-title' });
  const page = { width, height, title, description };
  if (!series) return makeDocument(page, head, text(16, 60, description, { class: 'sw-soft' }));
  const scale = makeScale(series, width, height);
  return makeDocument(
    page,
    head,
    drawLegend(),
    ...findStalls(timeline, series).map((stall) => drawStall(stall, timeline, scale, height)),
    ...drawAxes(scale, width, height),
    drawSteps(series.connectionWindow, scale, 'sw-server sw-control'),
    drawSteps(series.streamWindow, scale, 'sw-client'),
  );
}

/** Says in words what the plot of the same options shows. */
export function describeWindows(timeline: Timeline, options: WindowSelection = {}): string {
  const series = followWindows(timeline, options);
  if (!series) return 'There is no such stream.';
  const { sender, stream, streamWindow, connectionWindow, refills } = series;
  const sentences = [
    `${makePrintable(stream.path) || 'A call'} on stream ${stream.id}: the ${sender} sent ${formatBytes(stream.bytes[sender])}.`,
    describeSeries('The stream window', streamWindow),
    describeSeries('The connection window', connectionWindow),
    `The ${otherSide(sender)} gave back ${formatBytes(refills.bytes)} on the stream in ${formatNumber(refills.frames)} WINDOW_UPDATE frames.`,
    ...findStalls(timeline, series).map(({ cause, atMs, endedMs }) => {
      const which = cause === 'stream-window' ? 'stream' : 'connection';
      const until = endedMs === undefined ? 'and stays so' : `to ${formatMs(endedMs)}`;
      return `The ${sender} has to wait from ${formatMs(atMs)} ${until}: the ${which} window is used up.`;
    }),
  ];
  return sentences.filter(Boolean).join(' ');
}

function describeSeries(name: string, points: WindowPoint[]): string {
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return '';
  const lowest = points.reduce((low, point) => (point.bytes < low.bytes ? point : low), first);
  return (
    `${name} starts at ${formatBytes(first.bytes)}, is lowest at ${formatMs(lowest.atMs)} ` +
    `with ${formatBytes(lowest.bytes)}, and ends with ${formatBytes(last.bytes)}.`
  );
}

/** The stalls worth a mark: those of at least 5 ms, the longest ten. */
function findStalls(timeline: Timeline, { connection, stream, sender }: WindowSeries): StallRecord[] {
  const lasting = ({ atMs, endedMs = timeline.takenMs }: StallRecord) => endedMs - atMs;
  return timeline.stalls
    .filter((stall) => stall.connection === connection && stall.sender === sender)
    .filter(
      ({ cause, stream: id }) =>
        cause === 'connection-window' || (cause === 'stream-window' && id === stream.id),
    )
    .filter((stall) => stall.endedMs === undefined || lasting(stall) >= 5)
    .sort((a, b) => lasting(b) - lasting(a))
    .slice(0, 10)
    .sort((a, b) => a.atMs - b.atMs);
}

interface Scale {
  x: (atMs: number) => number;
  y: (bytes: number) => number;
  ticksMs: number[];
  ticksBytes: number[];
}

function makeScale({ streamWindow, connectionWindow }: WindowSeries, width: number, height: number): Scale {
  const points = [...streamWindow, ...connectionWindow];
  const extreme = (
    pick: (point: WindowPoint) => number,
    choose: (a: number, b: number) => number,
    start: number,
  ) => points.reduce((found, point) => choose(found, pick(point)), start);
  const startMs = streamWindow[0]?.atMs ?? 0;
  const endMs = Math.max(
    extreme(({ atMs }) => atMs, Math.max, startMs),
    startMs + 1,
  );
  const lowest = extreme(({ bytes }) => bytes, Math.min, 0);
  const highest = extreme(({ bytes }) => bytes, Math.max, 1);
  const right = width - frame.right;
  const bottom = height - frame.bottom;
  return {
    x: (atMs) =>
      frame.left + ((Math.max(atMs, startMs) - startMs) / (endMs - startMs)) * (right - frame.left),
    y: (bytes) => bottom - ((bytes - lowest) / (highest - lowest)) * (bottom - frame.top),
    ticksMs: findTicks(startMs, endMs, 6, 10),
    ticksBytes: [...findTicks(lowest, highest * 0.92, 4, 2), highest],
  };
}

/** Round numbers between two, about so many; bytes step in powers of two. */
function findTicks(start: number, end: number, count: number, base: number): number[] {
  const rough = (end - start) / count;
  const power = base ** Math.floor(Math.log(rough) / Math.log(base));
  const factors = base === 2 ? [1, 2] : [1, 2, 5, 10];
  const step = power * (factors.find((factor) => factor * power >= rough) ?? base);
  const ticks: number[] = [];
  for (let tick = Math.ceil(start / step) * step; tick <= end; tick += step) ticks.push(tick);
  return ticks;
}

function drawAxes({ x, y, ticksMs, ticksBytes }: Scale, width: number, height: number): string[] {
  const bottom = height - frame.bottom;
  const right = width - frame.right;
  return [
    ...ticksBytes.flatMap((bytes) => [
      element('line', { x1: frame.left, y1: y(bytes), x2: right, y2: y(bytes), class: 'sw-axis' }),
      text(frame.left - 8, y(bytes) + 4, formatNumber(bytes), { class: 'sw-soft', 'text-anchor': 'end' }),
    ]),
    ...ticksMs.flatMap((atMs) => [
      element('line', { x1: x(atMs), y1: bottom, x2: x(atMs), y2: bottom + 5, class: 'sw-axis' }),
      text(x(atMs), bottom + 20, formatNumber(atMs), { class: 'sw-soft', 'text-anchor': 'middle' }),
    ]),
    text(16, frame.top - 18, 'bytes', { class: 'sw-soft' }),
    text(right, height - 10, 'ms', { class: 'sw-soft', 'text-anchor': 'end' }),
  ];
}

function drawLegend(): string {
  const entry = (x: number, kind: string, label: string) =>
    element('line', { x1: x, y1: 46, x2: x + 28, y2: 46, class: kind }) + text(x + 36, 50, label);
  return (
    entry(frame.left, 'sw-client', 'stream window') +
    entry(frame.left + 170, 'sw-server sw-control', 'connection window')
  );
}

function drawStall(stall: StallRecord, timeline: Timeline, { x }: Scale, height: number): string {
  const left = x(stall.atMs);
  const right = x(stall.endedMs ?? timeline.takenMs);
  const width = Math.max(right - left, 2);
  const label = stall.cause === 'stream-window' ? 'stream window used up' : 'connection window used up';
  const fits = fitCharacters(width) > label.length;
  return [
    element('rect', {
      x: left,
      y: frame.top,
      width,
      height: height - frame.bottom - frame.top,
      class: 'sw-stall',
    }),
    fits ? text(left + width / 2, frame.top + 16, label, { 'text-anchor': 'middle' }) : '',
  ].join('');
}

/** Draws a step for each change; where a tenth of a pixel has many, their range and the last one. */
function drawSteps(points: WindowPoint[], { x, y }: Scale, kind: string): string {
  const columns: { left: number; levels: [low: number, high: number, last: number] }[] = [];
  for (const { atMs, bytes } of points) {
    const [left, level] = [round(x(atMs)), round(y(bytes))];
    const column = columns.at(-1);
    if (column?.left !== left) columns.push({ left, levels: [level, level, level] });
    else column.levels = [Math.min(column.levels[0], level), Math.max(column.levels[1], level), level];
  }
  const commands = columns.map(({ left, levels: [low, high, last] }, index) => {
    const start = index === 0 ? `M ${left} ${low}` : `H ${left} V ${low}`;
    return low === high ? start : `${start} V ${high} V ${last}`;
  });
  return element('path', { d: commands.join(' '), class: kind });
}
