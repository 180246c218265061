import { DecodeProblem } from '../http2/decode-problem.ts';
import type { FrameHeader } from '../http2/frame-parser.ts';
import type { HeaderField, HpackDecoder } from '../http2/hpack-decoder.ts';
import { Flag, FrameType } from '../http2/names.ts';
import type { FrameRecord, Side } from '../timeline.ts';
import type { ConnectionDecoder } from './connection-decoder.ts';
import type { FrameEntry } from './entries.ts';
import { readStatusDetails } from './message-content.ts';
import { findField, readStatus, type StreamState } from './stream-state.ts';

const maxBlockBytes = 256 * 1024;
/** What a field costs besides its text, in bytes. */
const fieldCost = 96;

/** Puts the header blocks of one direction together and applies them to their streams. */
export class HeaderBlocks {
  readonly #connection: ConnectionDecoder;
  readonly #from: Side;
  readonly #hpack: HpackDecoder;
  #pending: { entry: FrameEntry; header: FrameHeader; parts: Uint8Array[]; bytes: number } | undefined;

  constructor(connection: ConnectionDecoder, from: Side, hpack: HpackDecoder) {
    this.#connection = connection;
    this.#from = from;
    this.#hpack = hpack;
  }

  /** The stream whose block must be continued by the next frame; 0 for none. */
  get pendingStream(): number {
    return this.#pending?.entry.stream ?? 0;
  }

  /** Takes a frame and, after the last one of a block, returns the stream with what the block does to it. */
  push(
    entry: FrameEntry,
    header: FrameHeader,
    payload: Uint8Array | undefined,
    atMs: number,
  ): { stream: StreamState | undefined; endsStream: boolean } | undefined {
    if (header.stream === 0) throw new DecodeProblem('protocol', 'a header block has no stream');
    const fragment = header.type === FrameType.CONTINUATION ? payload : stripFrame(entry, header, payload);
    this.#pending ??= { entry, header, parts: [], bytes: 0 };
    const pending = this.#pending;
    pending.bytes += header.length;
    if (!fragment || pending.bytes > maxBlockBytes)
      throw new DecodeProblem('limit', `a header block has more than ${maxBlockBytes} bytes`);
    const isLast = (header.flags & Flag.END_HEADERS) !== 0;
    pending.parts.push(isLast && pending.parts.length === 0 ? fragment : fragment.slice());
    if (header.type === FrameType.CONTINUATION) this.#connection.recorder.emitFrame(entry);
    if (!isLast) return undefined;
    this.#pending = undefined;
    return this.#finish(pending, atMs);
  }

  #finish(
    { entry, header, parts }: { entry: FrameEntry; header: FrameHeader; parts: Uint8Array[] },
    atMs: number,
  ): { stream: StreamState | undefined; endsStream: boolean } {
    const block = parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
    const { fields } = this.#hpack.decode(block);
    entry.details = { ...entry.details, headers: fields };
    const cost = fields.reduce((sum, { name, value }) => sum + name.length + value.length + fieldCost, 0);
    this.#connection.recorder.grow(entry, cost);
    if (header.type === FrameType.PUSH_PROMISE) {
      this.#connection.recorder.emitFrame(entry);
      return { stream: undefined, endsStream: false };
    }
    const endsStream = (header.flags & Flag.END_STREAM) !== 0;
    const known = this.#connection.stream(entry.stream);
    entry.details.block = nameBlock(this.#from, fields, endsStream, known !== undefined);
    const stream = known ?? this.#open(entry, atMs);
    if (stream) this.#apply(stream, entry.details.block, fields, atMs);
    this.#connection.recorder.emitFrame(entry);
    return { stream, endsStream };
  }

  /** Only the client's first block on a new stream opens one; later ones come too late. */
  #open(entry: FrameEntry, atMs: number): StreamState | undefined {
    const isNew = entry.stream > this.#connection.lastStream && entry.stream % 2 === 1;
    return this.#from === 'client' && isNew ? this.#connection.openStream(entry.stream, atMs) : undefined;
  }

  #apply(stream: StreamState, block: FrameRecord['block'], fields: HeaderField[], atMs: number): void {
    stream.activeMs[this.#from] = atMs;
    if (block === 'request' || block === 'response') stream.openSide(this.#from, fields);
    if (this.#from === 'client') return;
    const status = readStatus(fields);
    if (!status) return;
    stream.record.status = status;
    const details = findField(fields, 'grpc-status-details-bin');
    if (details) status.details = readStatusDetails(details, this.#connection.registry);
  }
}

function nameBlock(
  from: Side,
  fields: HeaderField[],
  endsStream: boolean,
  isKnown: boolean,
): FrameRecord['block'] {
  if (from === 'client') return isKnown ? 'trailers' : 'request';
  const status = findField(fields, ':status');
  if (!status) return 'trailers';
  if (status.startsWith('1')) return 'informational';
  return endsStream ? 'trailers-only' : 'response';
}

/** Removes padding, priority and the promised stream around a block's first fragment. */
function stripFrame(
  entry: FrameEntry,
  header: FrameHeader,
  payload: Uint8Array | undefined,
): Uint8Array | undefined {
  if (!payload) return undefined;
  let start = 0;
  let end = payload.length;
  if (header.flags & Flag.PADDED) {
    const padding = payload[start++] ?? 0;
    entry.padding = padding + 1;
    end -= padding;
  }
  if (header.type === FrameType.PUSH_PROMISE) {
    const view = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
    if (end - start < 4) throw new DecodeProblem('frame-size', 'a PUSH_PROMISE frame promises no stream');
    entry.details = { promisedStream: view.readUInt32BE(start) & 0x7fffffff };
    start += 4;
  } else if (header.flags & Flag.PRIORITY) {
    start += 5;
  }
  if (start > end) throw new DecodeProblem('protocol', 'a header block has more padding than payload');
  return payload.subarray(start, end);
}
