import type { DirectionDecoder } from '../decode/direction-decoder.ts';
import { writeFrame, writeHeaders, writeLiteralBlock } from '../http2/frame-bytes.ts';
import type { HeaderBlock, HpackDecoder } from '../http2/hpack-decoder.ts';
import { Flag, FrameType } from '../http2/names.ts';

/**
 * Takes the trailers out of a direction. Fields that the receiver never sees are missing in its compression table, so
 * from the first cut on this keeps the sender's table itself and writes every block anew, without tables.
 */
export class TrailerCutter {
  readonly #direction: DirectionDecoder;
  #sender: HpackDecoder | undefined;
  #first: Buffer | undefined;
  #fragments: Buffer[] = [];
  #raw: Buffer[] = [];

  constructor(direction: DirectionDecoder) {
    this.#direction = direction;
  }

  get hasCut(): boolean {
    return this.#sender !== undefined;
  }

  get isInBlock(): boolean {
    return this.#first !== undefined;
  }

  /** Takes a frame of a block; returns what to forward instead once the block is whole. */
  push(header: Buffer, payload: Buffer, isCutting: boolean): Uint8Array | undefined {
    this.#sender ??= this.#direction.hpack.clone();
    this.#sender.maxTableBytes = this.#direction.hpack.maxTableBytes;
    this.#first ??= header;
    this.#raw.push(header, payload);
    this.#fragments.push(this.#first === header ? stripFragment(header, payload) : payload);
    if (((header[4] ?? 0) & Flag.END_HEADERS) === 0) return undefined;
    const first = this.#first;
    const fragments = this.#fragments;
    const raw = this.takeRaw();
    try {
      return rewrite(first, this.#sender.decode(Buffer.concat(fragments)), isCutting);
    } catch {
      // The receiver and the decoder behind this shall meet the broken block themselves.
      return raw;
    }
  }

  /** Gives up a block that is not whole and returns its frames as they were. */
  takeRaw(): Uint8Array {
    const raw = Buffer.concat(this.#raw);
    this.#first = undefined;
    this.#fragments = [];
    this.#raw = [];
    return raw;
  }
}

function rewrite(first: Buffer, { fields, sizeUpdates }: HeaderBlock, isCutting: boolean): Uint8Array {
  const stream = first.readUInt32BE(5);
  const endStream = ((first[4] ?? 0) & Flag.END_STREAM) !== 0;
  const maxFrameSize = 16_384;
  if (!endStream || !isCutting)
    return writeHeaders(stream, writeLiteralBlock(fields, sizeUpdates), { endStream, maxFrameSize });
  // Trailers-only: the response has to stay, without what tells the status.
  if (fields.some(({ name }) => name === ':status')) {
    const kept = fields.filter(({ name }) => !name.startsWith('grpc-'));
    return writeHeaders(stream, writeLiteralBlock(kept, sizeUpdates), { endStream, maxFrameSize });
  }
  return writeFrame(FrameType.DATA, Flag.END_STREAM, stream, new Uint8Array());
}

function stripFragment(header: Buffer, payload: Buffer): Buffer {
  const flags = header[4] ?? 0;
  const padding = flags & Flag.PADDED ? (payload[0] ?? 0) : 0;
  const start = (flags & Flag.PADDED ? 1 : 0) + (flags & Flag.PRIORITY ? 5 : 0);
  return payload.subarray(start, payload.length - padding);
}
