import { DecodeProblem } from '../http2/decode-problem.ts';
import { type FrameHeader, FrameParser, type FrameSink, type ParserPosition } from '../http2/frame-parser.ts';
import { HpackDecoder } from '../http2/hpack-decoder.ts';
import { errorCodeName, Flag, FrameType, Setting, settingName } from '../http2/names.ts';
import type { Side } from '../timeline.ts';
import type { ConnectionDecoder } from './connection-decoder.ts';
import { FrameEntry } from './entries.ts';
import { otherSide } from './flow-windows.ts';
import { HeaderBlocks } from './header-blocks.ts';
import type { StreamState } from './stream-state.ts';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');

/** Decodes what one side sends. */
export class DirectionDecoder implements FrameSink {
  readonly hpack: HpackDecoder = new HpackDecoder();
  readonly #connection: ConnectionDecoder;
  readonly #from: Side;
  readonly #parser: FrameParser;
  readonly #blocks: HeaderBlocks;
  #atMs = 0;
  #isInjected = false;

  constructor(connection: ConnectionDecoder, from: Side) {
    this.#connection = connection;
    this.#from = from;
    this.#parser = new FrameParser(this, { hasPreface: from === 'client' });
    this.#blocks = new HeaderBlocks(connection, from, this.hpack);
  }

  get offset(): number {
    return this.#parser.offset;
  }

  get parser(): FrameParser {
    return this.#parser;
  }

  /** Where the bytes end so far: inside which header, how far before the end of a frame, and whether in a block. */
  get position(): ParserPosition & { isInBlock: boolean } {
    return { ...this.#parser.position, isInBlock: this.#blocks.pendingStream !== 0 };
  }

  push(chunk: Uint8Array, atMs: number, isInjected: boolean): void {
    this.#atMs = atMs;
    this.#isInjected = isInjected;
    this.#parser.push(chunk);
  }

  onContent({ stream: id, offset }: FrameHeader, bytes: Uint8Array, start: number, end: number): void {
    const stream = this.#connection.stream(id);
    if (!stream || stream.record.endedMs[this.#from] !== undefined) return;
    const problem = stream.readers[this.#from]?.push(bytes, start, end, this.#atMs);
    if (problem) this.#reportMessage(id, offset, problem);
  }

  onDataEnd(header: FrameHeader, padding: number): void {
    this.#checkOrder(header);
    if (header.stream === 0) throw new DecodeProblem('protocol', 'a DATA frame has no stream');
    const from = this.#from;
    const entry = this.#record(header);
    if (header.flags & Flag.PADDED) entry.padding = padding + 1;
    entry.connectionWindow = this.#connection.windows.connection[from] -= header.length;
    const stream = this.#connection.stream(header.stream);
    if (!stream || stream.record.endedMs[from] !== undefined) {
      this.#connection.recorder.emitFrame(entry);
      return;
    }
    stream.record.bytes[from] += header.length;
    entry.streamWindow = stream.record.windows[from] -= header.length;
    const reader = stream.readers[from];
    if (reader?.endFrame(entry.order)) {
      const { span } = reader;
      entry.firstMessage = span.first;
      entry.lastMessage = span.last;
      entry.bytesBefore = span.before;
      entry.bytesAfter = span.after;
    }
    this.#connection.recorder.emitFrame(entry, reader?.touched);
    stream.activeMs[from] = this.#atMs;
    const endsStream = (header.flags & Flag.END_STREAM) !== 0;
    if (header.length > 0) this.#connection.stalls.spent(stream, from, this.#atMs, endsStream);
    if (endsStream) this.#endStream(stream, header);
  }

  onFrame(header: FrameHeader, payload: Uint8Array | undefined): void {
    this.#checkOrder(header);
    const entry = this.#record(header);
    switch (header.type) {
      case FrameType.HEADERS:
      case FrameType.PUSH_PROMISE:
      case FrameType.CONTINUATION:
        this.#readBlock(entry, header, payload);
        return;
      case FrameType.RST_STREAM:
        this.#readReset(entry, this.#expect(header, payload, 4));
        return;
      case FrameType.SETTINGS:
        this.#readSettings(entry, header, payload);
        break;
      case FrameType.PING:
        entry.details = { opaque: this.#expect(header, payload, 8).toString('hex') };
        break;
      case FrameType.GOAWAY:
        this.#readGoaway(entry, header, payload);
        break;
      case FrameType.WINDOW_UPDATE:
        this.#readWindowUpdate(entry, this.#expect(header, payload, 4));
        break;
    }
    this.#connection.recorder.emitFrame(entry);
  }

  #record(header: FrameHeader): FrameEntry {
    const { recorder, id } = this.#connection;
    const entry = new FrameEntry(recorder.nextOrder(), id, this.#from, this.#atMs, header);
    entry.isInjected = this.#isInjected;
    recorder.add(entry);
    return entry;
  }

  #checkOrder({ type, stream }: FrameHeader): void {
    const isContinuation = type === FrameType.CONTINUATION;
    if (this.#blocks.pendingStream === (isContinuation ? stream : 0)) return;
    throw new DecodeProblem(
      'protocol',
      isContinuation
        ? 'a CONTINUATION frame continues no header block'
        : 'a header block is interrupted by another frame',
    );
  }

  #expect({ type, length }: FrameHeader, payload: Uint8Array | undefined, expected: number): Buffer {
    if (length !== expected || !payload)
      throw new DecodeProblem('frame-size', `a frame of type ${type} has ${length} bytes, not ${expected}`);
    return Buffer.from(payload);
  }

  #readBlock(entry: FrameEntry, header: FrameHeader, payload: Uint8Array | undefined): void {
    const end = this.#blocks.push(entry, header, payload, this.#atMs);
    if (end?.stream && end.endsStream) this.#endStream(end.stream, header);
  }

  #readReset(entry: FrameEntry, payload: Buffer): void {
    const code = errorCodeName(payload.readUInt32BE(0));
    entry.details = { code };
    this.#connection.recorder.emitFrame(entry);
    const stream = this.#connection.stream(entry.stream);
    if (!stream) return;
    stream.record.reset = { from: this.#from, code };
    this.#connection.closeStream(stream, this.#atMs);
  }

  #readSettings(entry: FrameEntry, header: FrameHeader, payload: Uint8Array | undefined): void {
    if (header.flags & Flag.ACK) {
      this.#expect(header, payload, 0);
      this.#acknowledge(entry);
      return;
    }
    if (!payload || payload.length % 6 > 0)
      throw new DecodeProblem(
        'frame-size',
        `a SETTINGS frame has ${header.length} bytes, not a multiple of 6`,
      );
    const view = Buffer.from(payload);
    const settings: [number, number][] = [];
    for (let start = 0; start < view.length; start += 6) {
      settings.push([view.readUInt16BE(start), view.readUInt32BE(start + 2)]);
    }
    entry.details = { settings: settings.map(([id, value]) => ({ name: settingName(id), value })) };
    this.#connection.recorder.grow(entry, settings.length * 64);
    this.#connection.windows.announce(this.#from, settings);
    const peer = this.#connection.direction(otherSide(this.#from));
    for (const [id, value] of settings) {
      // The other side may use more room from now on; when it must do with less, its own bytes tell.
      if (id === Setting.HEADER_TABLE_SIZE)
        peer.hpack.maxTableBytes = Math.max(value, peer.hpack.maxTableBytes);
      if (id === Setting.MAX_FRAME_SIZE) peer.parser.maxFrameSize = Math.max(value, peer.parser.maxFrameSize);
    }
  }

  #acknowledge(entry: FrameEntry): void {
    const change = this.#connection.windows.acknowledge(this.#from);
    if (!change) return;
    entry.details = { initialWindow: change };
    for (const stream of this.#connection.openStreams) {
      stream.record.windows[this.#from] += change.is - change.was;
      this.#connection.stalls.extended(stream, this.#from, this.#atMs);
    }
  }

  #readGoaway(entry: FrameEntry, header: FrameHeader, payload: Uint8Array | undefined): void {
    if (!payload || payload.length < 8)
      throw new DecodeProblem(
        'frame-size',
        `a GOAWAY frame has ${header.length} bytes, which is too few or too many`,
      );
    const view = Buffer.from(payload);
    entry.details = {
      lastStream: view.readUInt32BE(0) & 0x7fffffff,
      code: errorCodeName(view.readUInt32BE(4)),
    };
    if (view.length > 8) entry.details.debug = text(view.subarray(8));
    this.#connection.recorder.grow(entry, view.length);
  }

  #readWindowUpdate(entry: FrameEntry, payload: Buffer): void {
    const increment = payload.readUInt32BE(0) & 0x7fffffff;
    const sender = otherSide(this.#from);
    entry.details = { increment };
    if (entry.stream === 0) {
      entry.connectionWindow = this.#connection.windows.connection[sender] += increment;
      this.#connection.stalls.extended(undefined, sender, this.#atMs);
      return;
    }
    const stream = this.#connection.stream(entry.stream);
    if (!stream) return;
    entry.streamWindow = stream.record.windows[sender] += increment;
    this.#connection.stalls.extended(stream, sender, this.#atMs);
  }

  #endStream(stream: StreamState, { offset }: FrameHeader): void {
    const { record, readers } = stream;
    if (readers[this.#from]?.isInsideMessage)
      this.#reportMessage(record.id, offset, 'the stream ends inside a message');
    record.endedMs[this.#from] = this.#atMs;
    if (record.endedMs[otherSide(this.#from)] !== undefined) this.#connection.closeStream(stream, this.#atMs);
  }

  #reportMessage(stream: number, offset: number, problem: string): void {
    const { recorder, id: connection } = this.#connection;
    const where = { connection, stream, from: this.#from, atMs: this.#atMs, offset };
    recorder.problem({ ...where, code: 'grpc', text: problem });
  }
}
