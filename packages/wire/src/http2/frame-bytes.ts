import type { HeaderField } from './hpack-decoder.ts';
import { type ErrorCode, errorCodes, Flag, FrameType } from './names.ts';

/** Writes a frame. */
export function writeFrame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const frame = Buffer.alloc(9 + payload.length);
  frame.writeUIntBE(payload.length, 0, 3);
  frame[3] = type;
  frame[4] = flags;
  frame.writeUInt32BE(stream, 5);
  frame.set(payload, 9);
  return frame;
}

export function writeWindowUpdate(stream: number, increment: number): Buffer {
  return writeFrame(FrameType.WINDOW_UPDATE, 0, stream, writeNumbers(increment));
}

export function writeResetStream(stream: number, code: ErrorCode): Buffer {
  return writeFrame(FrameType.RST_STREAM, 0, stream, writeNumbers(errorCodes.indexOf(code)));
}

export function writeGoaway(lastStream: number, code: ErrorCode): Buffer {
  return writeFrame(FrameType.GOAWAY, 0, 0, writeNumbers(lastStream, errorCodes.indexOf(code)));
}

/** Writes HEADERS and, where the block is longer than `maxFrameSize`, CONTINUATION frames. */
export function writeHeaders(
  stream: number,
  block: Uint8Array,
  options: { endStream: boolean; maxFrameSize: number },
): Buffer {
  const frames: Buffer[] = [];
  for (let start = 0; start === 0 || start < block.length; start += options.maxFrameSize) {
    const isFirst = start === 0;
    const isLast = start + options.maxFrameSize >= block.length;
    const flags = (isLast ? Flag.END_HEADERS : 0) | (isFirst && options.endStream ? Flag.END_STREAM : 0);
    const type = isFirst ? FrameType.HEADERS : FrameType.CONTINUATION;
    frames.push(writeFrame(type, flags, stream, block.subarray(start, start + options.maxFrameSize)));
  }
  return Buffer.concat(frames);
}

/** Encodes fields without touching the receiver's dynamic table, after the given table size updates. */
export function writeLiteralBlock(fields: HeaderField[], sizeUpdates: number[] = []): Buffer {
  return Buffer.concat([
    ...sizeUpdates.map((size) => writeInteger(size, 5, 0x20)),
    ...fields.flatMap(({ name, value, neverIndexed }) => [
      Buffer.of(neverIndexed ? 0x10 : 0),
      ...[name, value].flatMap((text) => [writeInteger(text.length, 7, 0), Buffer.from(text, 'latin1')]),
    ]),
  ]);
}

function writeInteger(value: number, prefixBits: number, pattern: number): Buffer {
  const mask = 2 ** prefixBits - 1;
  if (value < mask) return Buffer.of(pattern | value);
  const bytes = [pattern | mask];
  let rest = value - mask;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.of(...bytes, rest);
}

function writeNumbers(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [index, number] of numbers.entries()) bytes.writeUInt32BE(number, 4 * index);
  return bytes;
}
