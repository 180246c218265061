import type { ConnectionDecoder } from '../decode/connection-decoder.ts';
import { writeFrame, writeResetStream, writeWindowUpdate } from '../http2/frame-bytes.ts';
import { Flag, FrameType } from '../http2/names.ts';
import type { Side } from '../timeline.ts';
import type { FaultSettings } from './fault-settings.ts';
import { TrailerCutter } from './trailer-cutter.ts';

const headerLength = 9;
const maxBufferedBlock = 256 * 1024;

type Mode = 'pass' | 'hold' | 'lower' | 'rewrite';

/**
 * Stands in the way of one direction of a connection on which there are faults: knows where frames begin, holds some
 * back, rewrites some and lets new ones in between. Everything it lets through is decoded at once, so the decoder
 * always knows what the receiver knows.
 */
export class FrameGate {
  readonly #from: Side;
  readonly #connection: ConnectionDecoder;
  readonly #faults: FaultSettings;
  readonly #forward: (bytes: Uint8Array, isInjected: boolean) => void;
  readonly #cutter: TrailerCutter;
  #header: Uint8Array<ArrayBufferLike>;
  /** How much of the header was forwarded before the gate was there. */
  #forwardedHeader: number;
  #missing: number;
  #mode: Mode = 'pass';
  /** The payload of the frame that is not passed on as it comes. */
  #payload: Uint8Array[] = [];
  #isInBlock: boolean;
  #injections: { bytes: Uint8Array; isInjected: boolean }[] = [];
  /** Sums of the increments held back, by stream. */
  #held = new Map<number, number>();
  /** The last stream that the client was told the server will look at. */
  #lastStream = Infinity;

  constructor(
    from: Side,
    connection: ConnectionDecoder,
    faults: FaultSettings,
    forward: (bytes: Uint8Array, isInjected: boolean) => void,
  ) {
    this.#from = from;
    this.#connection = connection;
    this.#faults = faults;
    this.#forward = forward;
    const { headerBytes, missing, isInBlock } = connection.direction(from).position;
    this.#header = headerBytes;
    this.#forwardedHeader = headerBytes.length;
    this.#missing = missing;
    this.#isInBlock = isInBlock;
    this.#cutter = new TrailerCutter(connection.direction(from));
  }

  push(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (!this.#connection.isDecoding) {
        this.flush();
        this.#forward(rest, false);
        return;
      }
      rest = this.#missing > 0 ? this.#takePayload(rest) : this.#takeHeader(rest);
    }
  }

  /** Lets frames in at the next place where the receiver accepts them, which may be now. */
  inject(bytes: Uint8Array, isInjected = true): void {
    this.#injections.push({ bytes, isInjected });
    this.#letIn();
  }

  /** Lets in what was held back, one WINDOW_UPDATE for each stream. */
  releaseWindowUpdates(): void {
    const held = this.#held;
    this.#held = new Map();
    for (const [stream, increment] of held) this.inject(writeWindowUpdate(stream, increment), false);
  }

  /**
   * Keeps a GOAWAY credible that the other side knows nothing of: a later one of the server may not take more streams,
   * and streams that the client has opened meanwhile end at the server.
   */
  refuseStreamsAfter(lastStream: number): void {
    this.#lastStream = Math.min(lastStream, this.#lastStream);
  }

  /** Forwards what waits for more bytes that will not come. */
  flush(): void {
    const bytes = [this.#header.subarray(this.#forwardedHeader), ...this.#payload, this.#cutter.takeRaw()];
    this.#header = new Uint8Array();
    this.#forwardedHeader = 0;
    this.#payload = [];
    this.#missing = 0;
    for (const part of bytes) if (part.length > 0) this.#forward(part, false);
  }

  #takeHeader(bytes: Uint8Array): Uint8Array {
    const part = bytes.subarray(0, headerLength - this.#header.length);
    this.#header = Buffer.concat([this.#header, part]);
    if (this.#forwardedHeader > 0) {
      this.#forward(part, false);
      this.#forwardedHeader += part.length;
    }
    if (this.#header.length === headerLength) this.#begin(Buffer.from(this.#header));
    return bytes.subarray(part.length);
  }

  #begin(header: Buffer): void {
    this.#missing = header.readUIntBE(0, 3);
    const [type, flags] = [header[3] ?? 0, header[4] ?? 0];
    this.#mode = this.#forwardedHeader > 0 ? 'pass' : this.#chooseMode(type, flags);
    const stream = header.readUInt32BE(5) & 0x7fffffff;
    if (this.#from === 'client' && type === FrameType.HEADERS && stream > this.#lastStream)
      this.#injections.push({ bytes: writeResetStream(stream, 'CANCEL'), isInjected: true });
    if (isBlock(type)) this.#isInBlock = (flags & Flag.END_HEADERS) === 0;
    if (this.#mode === 'pass' && this.#forwardedHeader === 0) this.#forward(header, false);
    if (this.#mode === 'pass') this.#header = new Uint8Array();
    this.#forwardedHeader = 0;
    if (this.#missing === 0) this.#end();
  }

  #chooseMode(type: number, flags: number): Mode {
    if (type === FrameType.WINDOW_UPDATE && this.#missing === 4)
      return this.#faults.holdsWindowUpdates[this.#from] ? 'hold' : 'pass';
    if (this.#from === 'client' || this.#missing > maxBufferedBlock) return 'pass';
    if (type === FrameType.GOAWAY && this.#missing >= 8 && this.#lastStream < Infinity) return 'lower';
    if (type === FrameType.CONTINUATION) return this.#cutter.isInBlock ? 'rewrite' : 'pass';
    if (type !== FrameType.HEADERS) return 'pass';
    // Once fields were kept from the receiver its table differs for good, and every later block must do without.
    const isCut = this.#faults.cutsTrailers && (flags & Flag.END_STREAM) !== 0;
    return isCut || this.#cutter.hasCut ? 'rewrite' : 'pass';
  }

  #takePayload(bytes: Uint8Array): Uint8Array {
    const part = bytes.subarray(0, this.#missing);
    this.#missing -= part.length;
    if (this.#mode === 'pass') this.#forward(part, false);
    else this.#payload.push(part.slice());
    if (this.#missing === 0) this.#end();
    return bytes.subarray(part.length);
  }

  #end(): void {
    const header = Buffer.from(this.#header);
    const payload = Buffer.concat(this.#payload);
    this.#header = new Uint8Array();
    this.#payload = [];
    if (this.#mode === 'hold') this.#hold(header.readUInt32BE(5), payload.readUInt32BE(0));
    if (this.#mode === 'lower') {
      payload.writeUInt32BE(Math.min(this.#lastStream, payload.readUInt32BE(0) & 0x7fffffff), 0);
      this.#forward(writeFrame(FrameType.GOAWAY, 0, 0, payload), false);
    }
    if (this.#mode === 'rewrite') {
      const bytes = this.#cutter.push(header, payload, this.#faults.cutsTrailers);
      if (bytes) this.#forward(bytes, false);
    }
    this.#mode = 'pass';
    this.#letIn();
  }

  #hold(stream: number, increment: number): void {
    const { recorder } = this.#connection;
    const sum = (this.#held.get(stream) ?? 0) + increment;
    if (stream === 0 || this.#connection.stream(stream)) this.#held.set(stream, Math.min(sum, 0x7fffffff));
    const where = stream === 0 ? 'for the connection' : `for stream ${stream}`;
    recorder.note({
      atMs: recorder.now(),
      subject: 'the tap',
      text: `holds back WINDOW_UPDATE +${increment.toLocaleString('en')} ${where}`,
    });
  }

  #letIn(): void {
    if (this.#header.length > 0 || this.#missing > 0 || this.#isInBlock) return;
    // The first frame of a direction has to be SETTINGS.
    if (!this.#connection.isDecoding || this.#connection.direction(this.#from).offset === 0) return;
    const injections = this.#injections;
    this.#injections = [];
    for (const { bytes, isInjected } of injections) this.#forward(bytes, isInjected);
  }
}

function isBlock(type: number): boolean {
  return type === FrameType.HEADERS || type === FrameType.PUSH_PROMISE || type === FrameType.CONTINUATION;
}
