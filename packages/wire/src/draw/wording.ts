import type { Side, StallRecord } from '../timeline.ts';

const number = new Intl.NumberFormat('en');

export function formatNumber(value: number): string {
  return number.format(value);
}

/** Rounds to whole milliseconds: what happens within one is in order, and no more exact than that. */
export function formatMs(ms: number): string {
  return `${number.format(Math.round(ms))} ms`;
}

const timeoutUnits = new Map([
  ['H', 'h'],
  ['M', 'min'],
  ['S', 's'],
  ['m', 'ms'],
  ['u', 'µs'],
  ['n', 'ns'],
]);

/** Spells out the unit of a `grpc-timeout`, in which `m` is for milliseconds. */
export function formatTimeout(timeout: string): string {
  const [, digits, letter = ''] = /^(\d{1,8})([HMSmun])$/.exec(timeout) ?? [];
  return digits === undefined ? timeout : `${number.format(Number(digits))} ${timeoutUnits.get(letter)}`;
}

export function formatBytes(bytes: number): string {
  return bytes === 1 ? '1 byte' : `${number.format(bytes)} bytes`;
}

/** Shows control characters instead of sending them to a terminal. */
export function makePrintable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

export function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, Math.max(0, length - 1))}…` : text;
}

const statusNames = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

export function nameStatus(code: string | number): string {
  return `${code} ${statusNames[Number(code)] ?? ''}`.trim();
}

export function otherSide(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}

/** Says in a sentence who waits for whom. */
export function describeStall(stall: StallRecord): string {
  const { cause, sender, stream, bytes, atMs, endedMs } = stall;
  const reader = otherSide(sender);
  if (cause === 'application') {
    const what = stall.midMessage ? 'is in the middle of a message' : 'sends nothing';
    return `the ${sender} ${what} on stream ${stream} although both windows are open: its application waits`;
  }
  const lasting = endedMs === undefined ? '' : `for ${formatMs(endedMs - atMs)} `;
  const where = cause === 'stream-window' ? `on stream ${stream}` : 'for the connection';
  const cut = stall.midMessage ? ', in the middle of a message' : '';
  return (
    `the ${reader} stopped reading at ${formatBytes(bytes)}; ` +
    `${lasting}the ${sender} waits for a WINDOW_UPDATE ${where}${cut}`
  );
}
