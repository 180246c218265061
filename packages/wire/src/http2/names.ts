/** Frame types of RFC 9113 section 6 (and PRIORITY_UPDATE, ALTSVC, ORIGIN by name), by code. */
const typeNames = new Map([
  [0, 'DATA'],
  [1, 'HEADERS'],
  [2, 'PRIORITY'],
  [3, 'RST_STREAM'],
  [4, 'SETTINGS'],
  [5, 'PUSH_PROMISE'],
  [6, 'PING'],
  [7, 'GOAWAY'],
  [8, 'WINDOW_UPDATE'],
  [9, 'CONTINUATION'],
  [10, 'ALTSVC'],
  [12, 'ORIGIN'],
  [16, 'PRIORITY_UPDATE'],
]);

/** Codes of the frame types that the decoder looks into. */
export const FrameType = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

/** Flag bits; `END_STREAM` and `ACK` share one, on different frame types. */
export const Flag = { END_STREAM: 1, ACK: 1, END_HEADERS: 4, PADDED: 8, PRIORITY: 32 } as const;

const flagNames: Record<number, [number, string][]> = {
  [FrameType.DATA]: [
    [Flag.END_STREAM, 'END_STREAM'],
    [Flag.PADDED, 'PADDED'],
  ],
  [FrameType.HEADERS]: [
    [Flag.END_STREAM, 'END_STREAM'],
    [Flag.END_HEADERS, 'END_HEADERS'],
    [Flag.PADDED, 'PADDED'],
    [Flag.PRIORITY, 'PRIORITY'],
  ],
  [FrameType.SETTINGS]: [[Flag.ACK, 'ACK']],
  [FrameType.PUSH_PROMISE]: [
    [Flag.END_HEADERS, 'END_HEADERS'],
    [Flag.PADDED, 'PADDED'],
  ],
  [FrameType.PING]: [[Flag.ACK, 'ACK']],
  [FrameType.CONTINUATION]: [[Flag.END_HEADERS, 'END_HEADERS']],
};

/** Error codes of RFC 9113 section 7, in the order of their numbers. */
export const errorCodes = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const;

/** The name of an error code of RFC 9113 section 7. */
export type ErrorCode = (typeof errorCodes)[number];

/** Identifiers of the settings that change how the connection must be decoded. */
export const Setting = { HEADER_TABLE_SIZE: 1, INITIAL_WINDOW_SIZE: 4, MAX_FRAME_SIZE: 5 } as const;

const settingNames = new Map([
  [1, 'HEADER_TABLE_SIZE'],
  [2, 'ENABLE_PUSH'],
  [3, 'MAX_CONCURRENT_STREAMS'],
  [4, 'INITIAL_WINDOW_SIZE'],
  [5, 'MAX_FRAME_SIZE'],
  [6, 'MAX_HEADER_LIST_SIZE'],
  [8, 'ENABLE_CONNECT_PROTOCOL'],
  [9, 'NO_RFC7540_PRIORITIES'],
  [0xfe03, 'GRPC_ALLOW_TRUE_BINARY_METADATA'],
]);

const hex = (value: number) => `0x${value.toString(16)}`;

export const typeName = (type: number): string => typeNames.get(type) ?? `UNKNOWN ${hex(type)}`;
export const errorCodeName = (code: number): string => errorCodes[code] ?? hex(code);
export const settingName = (id: number): string => settingNames.get(id) ?? hex(id);

/** Names the flags that are set; bits that have no meaning on that type appear as hexadecimal numbers. */
export function nameFlags(type: number, flags: number): string[] {
  if (flags === 0) return [];
  const names: string[] = [];
  let rest = flags;
  for (const [bit, name] of flagNames[type] ?? []) {
    if ((flags & bit) === 0) continue;
    names.push(name);
    rest &= ~bit;
  }
  if (rest !== 0) names.push(hex(rest));
  return names;
}
