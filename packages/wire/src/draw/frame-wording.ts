import type { FrameRecord, MessageRecord } from '../timeline.ts';
import type { FrameRow } from './timeline-rows.ts';
import { formatBytes, formatNumber, formatTimeout, nameStatus } from './wording.ts';

type FindMessage = (index: number) => MessageRecord | undefined;

/** Says what a frame, or a run of frames, does; without its type. */
export function describeFrame(
  row: FrameRow,
  findMessage: FindMessage,
  options: { json?: boolean } = {},
): string {
  const { frame, last } = row;
  const parts = [describePayload(row, findMessage)];
  if (last.flags.includes('END_STREAM') && !frame.block?.startsWith('trailers'))
    parts.push(frame.from === 'client' ? 'half-close' : 'END_STREAM');
  if (frame.type === 'DATA') parts.push(describeUsedUp(last));
  if (frame.injected) parts.push('made by the tap');
  const text = parts.filter(Boolean).join(', ');
  const json = options.json && row.count === 1 ? formatJson(frame, findMessage) : '';
  return json ? `${text}  ${json}` : text;
}

function describeUsedUp({ windows }: FrameRecord): string {
  const isStreamUsedUp = (windows?.stream ?? 1) <= 0;
  const isConnectionUsedUp = (windows?.connection ?? 1) <= 0;
  if (isStreamUsedUp && isConnectionUsedUp) return 'both windows used up';
  if (isStreamUsedUp) return 'stream window used up';
  return isConnectionUsedUp ? 'connection window used up' : '';
}

/** The message that ends in a frame, if it is the only one. */
function formatJson({ messages }: FrameRecord, findMessage: FindMessage): string {
  if (!messages || messages.first !== messages.last || messages.after !== 0) return '';
  const json = findMessage(messages.last)?.json;
  return json === undefined ? '' : JSON.stringify(json);
}

function describePayload(row: FrameRow, findMessage: FindMessage): string {
  const { frame } = row;
  switch (frame.type) {
    case 'DATA':
      return describeData(row, findMessage);
    case 'HEADERS':
      return describeHeaders(frame);
    case 'RST_STREAM':
      return frame.code ?? '';
    case 'GOAWAY':
      return [frame.code, `last stream ${frame.lastStream}`, frame.debug].filter(Boolean).join(', ');
    case 'WINDOW_UPDATE':
      return describeWindowUpdate(frame);
    case 'SETTINGS':
      return describeSettings(frame);
    case 'PING':
      return frame.flags.includes('ACK') ? 'ACK' : '';
    case 'PUSH_PROMISE':
      return `stream ${frame.promisedStream} ${findHeader(frame, ':path') ?? ''}`;
    default:
      return formatBytes(frame.length);
  }
}

function findHeader({ headers = [] }: FrameRecord, name: string): string | undefined {
  return headers.find((header) => header.name === name)?.value;
}

function describeHeaders(frame: FrameRecord): string {
  if (frame.block === 'request') {
    const timeout = findHeader(frame, 'grpc-timeout');
    return [findHeader(frame, ':path'), timeout && `timeout ${formatTimeout(timeout)}`]
      .filter(Boolean)
      .join(', ');
  }
  const httpStatus = findHeader(frame, ':status');
  const status = findHeader(frame, 'grpc-status');
  if (status === undefined) return httpStatus ? `:status ${httpStatus}` : (frame.block ?? '');
  const message = status === '0' ? '' : decode(findHeader(frame, 'grpc-message') ?? '');
  const outcome = `grpc-status ${nameStatus(status)}${message && `: ${message}`}`;
  return frame.block === 'trailers-only' ? `${outcome} (trailers-only)` : outcome;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function describeData(row: FrameRow, findMessage: FindMessage): string {
  const { frame } = row;
  const span = frame.messages;
  if (!span || !row.last.messages) {
    if (row.count > 1) return `${formatBytes(row.bytes)} in ${formatNumber(row.count)} frames`;
    return frame.length === 0 ? '' : formatBytes(frame.length);
  }
  const { last, after } = row.last.messages;
  const message = findMessage(span.first);
  if (last > span.first) return describeMany(span.first, last, span.before > 0, after !== 0, findMessage);
  if (span.before === 0 && after === 0)
    return `message ${last}${message ? ` (${describeSize(message)})` : ''}`;
  const whole = message ? ` of ${formatBytes(message.length + 5)}` : '';
  const piece = after === 0 ? 'the last' : span.before === 0 ? 'the first' : 'the next';
  return `message ${last}, ${piece} ${formatNumber(contentLength(frame))}${whole}`;
}

function describeMany(
  first: number,
  last: number,
  isFirstCut: boolean,
  isLastCut: boolean,
  findMessage: FindMessage,
): string {
  const cuts = [
    isFirstCut && `the end of ${formatNumber(first)}`,
    isLastCut && `the start of ${formatNumber(last)}`,
  ].filter(Boolean);
  const sizes = new Set<string>();
  for (let index = first; index <= last && sizes.size < 2; index++) {
    const message = findMessage(index);
    sizes.add(message ? describeSize(message) : '');
  }
  const [size] = sizes;
  const each = sizes.size === 1 && size ? ` (${size} each)` : '';
  const with_ = cuts.length > 0 ? `, with ${cuts.join(' and ')}` : '';
  return `messages ${formatNumber(first)} to ${formatNumber(last)}${each}${with_}`;
}

function describeSize({ length, compressed }: MessageRecord): string {
  return compressed ? `${formatBytes(length)}, compressed` : formatBytes(length);
}

function contentLength({ length, padding = 0 }: FrameRecord): number {
  return length - padding;
}

function describeWindowUpdate({ increment = 0, windows, stream }: FrameRecord): string {
  const what = stream === 0 ? 'for the connection' : 'for the stream';
  const now = windows?.connection ?? windows?.stream;
  return `+${formatNumber(increment)} ${what}${now === undefined ? '' : `, now ${formatNumber(now)}`}`;
}

function describeSettings({ settings = [], flags, initialWindow }: FrameRecord): string {
  if (!flags.includes('ACK'))
    return settings.map(({ name, value }) => `${name} ${formatNumber(value)}`).join(', ');
  return initialWindow ? `ACK, stream windows now start at ${formatNumber(initialWindow.is)}` : 'ACK';
}
