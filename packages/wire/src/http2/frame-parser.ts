import { DecodeProblem } from './decode-problem.ts';
import { Flag, FrameType } from './names.ts';

/** What every frame starts with, and where that was in its direction's bytes. */
export interface FrameHeader {
  type: number;
  flags: number;
  stream: number;
  /** The payload's length in bytes, padding included. */
  length: number;
  /** The frame's first byte, counted from the start of its direction. */
  offset: number;
}

/** Receives what a parser finds, in order. */
export interface FrameSink {
  /** A piece of a DATA frame's content, without padding; the bytes are only lent. */
  onContent(header: FrameHeader, bytes: Uint8Array, start: number, end: number): void;
  /** A DATA frame's last byte. */
  onDataEnd(header: FrameHeader, padding: number): void;
  /** Any other frame, whole; the payload is only lent, and undefined where it is too long to be kept. */
  onFrame(header: FrameHeader, payload: Uint8Array | undefined): void;
}

/** Where the parser stands: in which header, or how far before the end of which frame. */
export interface ParserPosition {
  headerBytes: Uint8Array;
  missing: number;
}

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const headerLength = 9;
const noBytes = new Uint8Array();
/** The longest payload of a frame other than DATA that is kept to be looked into. */
const maxKeptPayload = 256 * 1024;

/** Splits one direction of a connection into frames; keeps at most one frame header and one payload. */
export class FrameParser {
  /** The longest payload that the receiver has allowed, in bytes. */
  maxFrameSize = 16_384;
  /** How many bytes were parsed. */
  offset = 0;
  readonly #sink: FrameSink;
  readonly #partialHeader = new Uint8Array(headerLength);
  #headerBytes = 0;
  #prefaceBytes: number;
  #header: FrameHeader | undefined;
  /** How much of the current frame's payload is still to come. */
  #missing = 0;
  #padding = 0;
  #mustReadPadding = false;
  #payload: Uint8Array | undefined;

  constructor(sink: FrameSink, options: { hasPreface: boolean }) {
    this.#sink = sink;
    this.#prefaceBytes = options.hasPreface ? preface.length : 0;
  }

  get position(): ParserPosition {
    return {
      headerBytes: this.#partialHeader.slice(0, this.#headerBytes),
      missing: this.#missing + this.#prefaceBytes,
    };
  }

  /** @throws DecodeProblem where the bytes are not HTTP/2; `offset` then is the start of the frame in question */
  push(chunk: Uint8Array): void {
    let position = this.#skipPreface(chunk);
    while (position < chunk.length) {
      position = this.#header ? this.#readPayload(chunk, position) : this.#readHeader(chunk, position);
    }
  }

  #skipPreface(chunk: Uint8Array): number {
    let position = 0;
    for (; this.#prefaceBytes > 0 && position < chunk.length; position++, this.#prefaceBytes--) {
      if (chunk[position] !== preface[preface.length - this.#prefaceBytes])
        throw new DecodeProblem('preface', 'the connection does not start with the HTTP/2 preface');
      this.offset++;
    }
    return position;
  }

  #readHeader(chunk: Uint8Array, position: number): number {
    let bytes = chunk;
    let start = position;
    let next = position + headerLength;
    if (this.#headerBytes > 0 || next > chunk.length) {
      next = Math.min(position + headerLength - this.#headerBytes, chunk.length);
      this.#partialHeader.set(chunk.subarray(position, next), this.#headerBytes);
      this.#headerBytes += next - position;
      if (this.#headerBytes < headerLength) return next;
      bytes = this.#partialHeader;
      start = 0;
      this.#headerBytes = 0;
    }
    this.#begin({
      length: readUint24(bytes, start),
      type: bytes[start + 3] ?? 0,
      flags: bytes[start + 4] ?? 0,
      stream: (((bytes[start + 5] ?? 0) & 0x7f) << 24) | readUint24(bytes, start + 6),
      offset: this.offset,
    });
    return next;
  }

  #begin(header: FrameHeader): void {
    const { type, flags, length } = header;
    if (length > this.maxFrameSize)
      throw new DecodeProblem(
        'frame-size',
        `a frame of ${length} bytes exceeds the allowed ${this.maxFrameSize}`,
      );
    this.#header = header;
    this.#missing = length;
    this.#padding = 0;
    this.#mustReadPadding = type === FrameType.DATA && (flags & Flag.PADDED) !== 0;
    if (this.#mustReadPadding && length === 0)
      throw new DecodeProblem('frame-size', 'a padded DATA frame is empty');
    if (length === 0) this.#end(header, noBytes);
  }

  #readPayload(chunk: Uint8Array, position: number): number {
    const header = this.#header as FrameHeader;
    if (header.type === FrameType.DATA) return this.#readData(header, chunk, position);
    const end = Math.min(position + this.#missing, chunk.length);
    const isWhole = this.#missing === header.length && end - position === header.length;
    if (!isWhole && header.length <= maxKeptPayload) {
      this.#payload ??= new Uint8Array(header.length);
      this.#payload.set(chunk.subarray(position, end), header.length - this.#missing);
    }
    this.#missing -= end - position;
    if (this.#missing > 0) return end;
    const isKept = header.length <= maxKeptPayload;
    this.#end(header, isWhole && isKept ? chunk.subarray(position, end) : this.#payload);
    return end;
  }

  #readData(header: FrameHeader, chunk: Uint8Array, position: number): number {
    let start = position;
    if (this.#mustReadPadding) {
      this.#mustReadPadding = false;
      this.#padding = chunk[start++] ?? 0;
      this.#missing--;
      if (this.#padding > this.#missing)
        throw new DecodeProblem('protocol', 'a DATA frame has more padding than payload');
    }
    const end = Math.min(start + this.#missing, chunk.length);
    const contentEnd = Math.min(start + this.#missing - this.#padding, end);
    if (contentEnd > start) this.#sink.onContent(header, chunk, start, contentEnd);
    this.#missing -= end - start;
    if (this.#missing === 0) this.#end(header, undefined);
    return end;
  }

  #end(header: FrameHeader, payload: Uint8Array | undefined): void {
    this.#header = undefined;
    this.#payload = undefined;
    if (header.type === FrameType.DATA) this.#sink.onDataEnd(header, this.#padding);
    else this.#sink.onFrame(header, payload);
    this.offset = header.offset + headerLength + header.length;
  }
}

function readUint24(bytes: Uint8Array, start: number): number {
  return ((bytes[start] ?? 0) << 16) | ((bytes[start + 1] ?? 0) << 8) | (bytes[start + 2] ?? 0);
}
