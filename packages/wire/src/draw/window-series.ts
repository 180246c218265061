import type { FrameRecord, Side, StreamRecord, Timeline } from '../timeline.ts';
import { otherSide } from './wording.ts';

/** A window from this moment on. */
export interface WindowPoint {
  atMs: number;
  bytes: number;
}

/** Both windows that limit one side of a stream, over time. */
export interface WindowSeries {
  connection: number;
  stream: StreamRecord;
  sender: Side;
  streamWindow: WindowPoint[];
  connectionWindow: WindowPoint[];
  /** What the reader gave back on the stream, in bytes and in frames. */
  refills: { frames: number; bytes: number };
}

/** Which windows to look at. */
export interface WindowSelection {
  connection?: number;
  /** Default: the stream that carried the most DATA. */
  stream?: number;
  /** Whose DATA the windows limit. Default: who sent more on that stream. */
  sender?: Side;
}

/** Follows the windows of one side of a stream; undefined where the timeline has no such stream. */
export function followWindows(timeline: Timeline, selection: WindowSelection): WindowSeries | undefined {
  const stream = findStream(timeline, selection);
  if (!stream) return undefined;
  const heavier = stream.bytes.client > stream.bytes.server ? 'client' : 'server';
  const { sender = heavier } = selection;
  const frames = timeline.frames.filter(({ connection }) => connection === stream.connection);
  const series: WindowSeries = {
    connection: stream.connection,
    stream,
    sender,
    streamWindow: [],
    connectionWindow: [],
    refills: { frames: 0, bytes: 0 },
  };
  // Where frames were dropped, the first one that is left says how wide the windows are.
  if (timeline.dropped.frames === 0) {
    const opened = timeline.connections.find(({ id }) => id === stream.connection)?.atMs ?? 0;
    series.connectionWindow.push({ atMs: opened, bytes: 65_535 });
    series.streamWindow.push({ atMs: stream.atMs, bytes: stream.initialWindows[sender] });
  }
  for (const frame of frames) addFrame(series, frame);
  const endMs = Math.min(stream.closedMs ?? timeline.takenMs, timeline.takenMs);
  series.streamWindow = endAt(series.streamWindow, endMs);
  series.connectionWindow = endAt(series.connectionWindow, endMs).filter(({ atMs }, index, points) => {
    return atMs >= stream.atMs || (points[index + 1]?.atMs ?? Infinity) >= stream.atMs;
  });
  return series;
}

function findStream(timeline: Timeline, selection: WindowSelection): StreamRecord | undefined {
  const { connection, stream } = selection;
  const weigh = ({ bytes }: StreamRecord) => bytes.client + bytes.server;
  return timeline.streams
    .filter((record) => record.connection === (connection ?? record.connection))
    .filter((record) => record.id === (stream ?? record.id))
    .reduce<StreamRecord | undefined>(
      (heaviest, record) => (heaviest && weigh(heaviest) >= weigh(record) ? heaviest : record),
      undefined,
    );
}

function addFrame(series: WindowSeries, frame: FrameRecord): void {
  const { sender, stream, streamWindow, connectionWindow, refills } = series;
  const { atMs, windows = {} } = frame;
  if (frame.initialWindow && frame.from === sender && atMs >= stream.atMs) {
    const { was, is } = frame.initialWindow;
    streamWindow.push({ atMs, bytes: (streamWindow.at(-1)?.bytes ?? was) + is - was });
    return;
  }
  const isUpdate = frame.type === 'WINDOW_UPDATE';
  if (frame.from !== (isUpdate ? otherSide(sender) : sender)) return;
  if (windows.connection !== undefined) connectionWindow.push({ atMs, bytes: windows.connection });
  if (frame.stream !== stream.id || windows.stream === undefined) return;
  streamWindow.push({ atMs, bytes: windows.stream });
  if (!isUpdate) return;
  refills.frames++;
  refills.bytes += frame.increment ?? 0;
}

function endAt(points: WindowPoint[], endMs: number): WindowPoint[] {
  const kept = points.filter(({ atMs }) => atMs <= endMs);
  const last = kept.at(-1);
  return last ? [...kept, { atMs: endMs, bytes: last.bytes }] : [];
}
