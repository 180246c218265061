import type { JsonValue } from '@bufbuild/protobuf';

/**
 * One end of a connection. The tap sits between the two.
 *
 * @see Timeline for the units: every `...Ms` but `startedAtMs` counts milliseconds from the start of the tap.
 */
export type Side = 'client' | 'server';

/** A number for each sending side. */
export type PerSide<T> = Record<Side, T>;

/**
 * What a tap saw: plain JSON, complete in itself. `version` changes when a field changes its meaning.
 *
 * Lists are in the order in which their entries passed the tap. Where the byte budget was used up the oldest entries
 * are missing, see `dropped`; `order` numbers never start again.
 */
export interface Timeline {
  version: 1;
  /** When the tap started, in milliseconds since the Unix epoch, as `performance.timeOrigin + performance.now()`. */
  startedAtMs: number;
  /** When this timeline was taken. */
  takenMs: number;
  /** Where the tap forwards to, as `host:port`. */
  target: string;
  connections: ConnectionRecord[];
  streams: StreamRecord[];
  frames: FrameRecord[];
  messages: MessageRecord[];
  /** What the applications reported, by time. */
  notes: NoteRecord[];
  stalls: StallRecord[];
  problems: ProblemRecord[];
  dropped: DroppedRecord;
}

/** A TCP connection of a client, with the one the tap made to the server for it. */
export interface ConnectionRecord {
  /** 1 for the tap's first connection. */
  id: number;
  atMs: number;
  closedMs?: number;
  /** The system's word for the failure that closed it, such as `ECONNRESET`. */
  error?: string;
  /** Bytes forwarded from each side. */
  bytes: PerSide<number>;
  /** DATA bytes that each side may still send on the connection as a whole. */
  windows: PerSide<number>;
}

/** An HTTP/2 stream that the client opened: one call. */
export interface StreamRecord {
  connection: number;
  id: number;
  atMs: number;
  /** The RPC, as `/package.Service/Method`; at most 1,024 characters. */
  path: string;
  /** The value of `grpc-timeout`, such as `5S`. */
  timeout?: string;
  /** Which sides compress messages, and how, by their `grpc-encoding`. */
  encoding: Partial<PerSide<string>>;
  /** The receiver's window for a stream when this one opened, by sending side. */
  initialWindows: PerSide<number>;
  /** DATA bytes that each side may still send on the stream. */
  windows: PerSide<number>;
  /** DATA bytes that each side has sent, padding included. */
  bytes: PerSide<number>;
  /** Messages that each side has begun to send. */
  messages: PerSide<number>;
  /** When each side sent END_STREAM. */
  endedMs: Partial<PerSide<number>>;
  /** When the stream closed, by two END_STREAM, a RST_STREAM or the end of its connection. */
  closedMs?: number;
  /** Who reset the stream, and with which code. */
  reset?: { from: Side; code: string };
  status?: StatusRecord;
}

/** How a call ended, from its trailers. */
export interface StatusRecord {
  /** The number in `grpc-status`. */
  code: number;
  /** The percent-decoded `grpc-message`. */
  message?: string;
  /** The `details` of `grpc-status-details-bin`: ProtoJSON where the registry knows the type, else base64. */
  details?: JsonValue[];
}

/** A field of a header block. */
export interface HeaderRecord {
  name: string;
  value: string;
  /** Whether the sender forbids every hop to put the field into a compression table. */
  neverIndexed?: true;
}

/** An HTTP/2 frame, dated by the arrival of its last byte. */
export interface FrameRecord {
  /** Counts all frames of the tap, from 0. */
  order: number;
  connection: number;
  /** 0 for frames that are about the connection. */
  stream: number;
  atMs: number;
  from: Side;
  /** Such as `DATA` and `RST_STREAM`; a type nobody defined is `UNKNOWN 0x42`. */
  type: string;
  /** Such as `END_STREAM`; a bit that means nothing on that type is given in hexadecimal. */
  flags: string[];
  /** The payload in bytes, padding and priority included. */
  length: number;
  /** The frame's first byte, counted from the first byte that its sender sent on the connection. */
  offset: number;
  /** DATA and HEADERS: bytes of padding, with the one that tells their number; absent without the flag. */
  padding?: number;
  /** HEADERS: what the block is. */
  block?: 'request' | 'response' | 'informational' | 'trailers' | 'trailers-only';
  /** HEADERS and PUSH_PROMISE: the whole block, that of the CONTINUATION frames included. */
  headers?: HeaderRecord[];
  /** DATA of a gRPC call: the messages in it. */
  messages?: MessageSpan;
  /** DATA, WINDOW_UPDATE: what the sender of the DATA may still send after this frame. */
  windows?: { connection?: number; stream?: number };
  /** WINDOW_UPDATE. */
  increment?: number;
  /** SETTINGS, in the order of the frame. */
  settings?: { name: string; value: number }[];
  /** SETTINGS with ACK: the change of all stream windows of its sender from now on. */
  initialWindow?: { was: number; is: number };
  /** RST_STREAM, GOAWAY: such as `CANCEL`; one that nobody defined is in hexadecimal. */
  code?: string;
  /** GOAWAY: the last stream its sender has or will look at. */
  lastStream?: number;
  /** GOAWAY: its debug data. */
  debug?: string;
  /** PING: its eight bytes in hexadecimal. */
  opaque?: string;
  /** PUSH_PROMISE. */
  promisedStream?: number;
  /** Whether the tap made this frame, on request. */
  injected?: true;
}

/** Which messages a DATA frame carries, counted from 1 for each side of a stream. */
export interface MessageSpan {
  first: number;
  last: number;
  /** Bytes of the first one, its prefix of 5 included, that came in earlier frames. */
  before: number;
  /** Bytes of the last one still to come; -1 where its length is not known yet. */
  after: number;
}

/** A gRPC message. */
export interface MessageRecord {
  connection: number;
  stream: number;
  from: Side;
  /** 1 for the side's first message on the stream. */
  index: number;
  /** When the last byte of the prefix arrived. */
  atMs: number;
  /** When the last byte arrived; absent for one that is cut or still under way. */
  completeMs?: number;
  /** The payload in bytes, as sent, without the prefix of 5. */
  length: number;
  /** Bytes of the payload that have arrived. */
  received: number;
  compressed: boolean;
  /** `order` of the frames with its first and its last byte. */
  firstFrame: number;
  lastFrame?: number;
  /** ProtoJSON, where the registry knows the method. */
  json?: JsonValue;
  /** Base64 of the payload as sent, where there is no `json`. Absent for messages longer than `maxMessageBytes`. */
  payload?: string;
  /** Why the payload could not be decoded. */
  problem?: string;
}

/** What an application did, as it reported it. */
export interface NoteRecord {
  atMs: number;
  /** Who, such as `the server's source`. */
  subject: string;
  /** Did what, such as `has been asked for 37 more messages`. */
  text: string;
}

/**
 * A time in which a side of a stream sends nothing.
 *
 * With the cause `stream-window` or `connection-window` that window is used up: the sender must not send until the other
 * side reads and sends WINDOW_UPDATE. With `application` both windows are open and it is the sending application that
 * waits; this is said only of streams that are open when the timeline is taken.
 */
export interface StallRecord {
  connection: number;
  /** For `connection-window` the stream whose DATA used it up; all others are stalled with it. */
  stream: number;
  sender: Side;
  cause: 'stream-window' | 'connection-window' | 'application';
  atMs: number;
  /** When it ended; absent for one that lasts. */
  endedMs?: number;
  /** DATA bytes that the sender had sent on the stream when it began. */
  bytes: number;
  /** Whether a message is cut, so that the sender certainly has more to send. */
  midMessage: boolean;
}

/** Bytes that are not HTTP/2, or not gRPC. All but `grpc` end the decoding of the connection, never the forwarding. */
export interface ProblemRecord {
  connection: number;
  /** Of `grpc`, the stream whose messages are not read any further. */
  stream?: number;
  from: Side;
  atMs: number;
  /** Where the frame in question starts, in the bytes of its sender. */
  offset: number;
  code: 'preface' | 'protocol' | 'frame-size' | 'hpack' | 'limit' | 'grpc' | 'internal';
  text: string;
}

/** How many entries of each list the byte budget pushed out, oldest first. */
export interface DroppedRecord {
  connections: number;
  streams: number;
  frames: number;
  messages: number;
  notes: number;
  stalls: number;
  problems: number;
  /** The latest of them; absent when nothing was dropped. */
  untilMs?: number;
}

/** An entry of a timeline at the moment it is complete, for whoever watches live. */
export type TimelineEvent =
  | { kind: 'connection'; connection: ConnectionRecord }
  | { kind: 'frame'; frame: FrameRecord; messages: MessageRecord[] }
  | { kind: 'stream'; stream: StreamRecord }
  | { kind: 'note'; note: NoteRecord }
  | { kind: 'stall'; stall: StallRecord }
  | { kind: 'problem'; problem: ProblemRecord };
