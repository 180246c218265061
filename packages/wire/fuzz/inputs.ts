import { writeFrame, writeHeaders, writeLiteralBlock, writeWindowUpdate } from '../src/http2/frame-bytes.ts';
import type { Side } from '../src/index.ts';
import type { Random } from './random.ts';

const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const sides = ['client', 'server'] as const;
const names = [
  ':path',
  ':status',
  'content-type',
  'grpc-encoding',
  'grpc-status',
  'grpc-status-details-bin',
  'x',
];
const values = ['/a.v1.A/B', '200', 'application/grpc', 'gzip', '5', 'CAMSAWE', 'y'.repeat(300)];

/** A chunk of bytes of one side. */
export interface Chunk {
  from: Side;
  bytes: Buffer;
}

/** Makes a session of frames, most of them valid, breaks some bytes, and cuts it into chunks anywhere. */
export function makeInput(random: Random): Chunk[] {
  const frames: Record<Side, Buffer[]> = { client: [preface], server: [] };
  const count = 1 + random.below(12);
  for (let frame = 0; frame < count; frame++) frames[random.pick(sides)].push(makeFrame(random));
  const parts = {
    client: cut(random, damage(random, Buffer.concat(frames.client))),
    server: cut(random, damage(random, Buffer.concat(frames.server))),
  };
  const chunks: Chunk[] = [];
  while (parts.client.length + parts.server.length > 0) {
    const from = random.pick(sides);
    const bytes = parts[from].shift();
    if (bytes) chunks.push({ from, bytes });
  }
  return chunks;
}

function makeFrame(random: Random): Buffer {
  const stream = random.below(4) === 0 ? random.below(2 ** 31) : 1 + 2 * random.below(3);
  switch (random.below(8)) {
    case 0:
    case 1:
      return writeHeaders(stream, makeBlock(random), {
        endStream: random.below(4) === 0,
        maxFrameSize: random.pick([10, 100, 16_384]),
      });
    case 2:
    case 5:
    case 6: {
      const length = random.below(64);
      const prefix = Buffer.of(random.below(3), 0, 0, 0, random.below(2) ? length : random.below(256));
      return writeFrame(0, random.pick([0, 0, 1, 8]), stream, Buffer.concat([prefix, random.bytes(length)]));
    }
    case 3:
      return writeWindowUpdate(random.pick([0, stream]), random.below(2 ** 31));
    case 4: {
      const setting = Buffer.concat([Buffer.of(0, 1 + random.below(8)), random.bytes(4)]);
      return writeFrame(4, random.pick([0, 0, 1]), 0, setting.subarray(0, random.pick([0, 6])));
    }
    default:
      return writeFrame(
        random.below(16),
        random.below(256),
        random.pick([0, stream]),
        random.bytes(random.below(20)),
      );
  }
}

function makeBlock(random: Random): Buffer {
  if (random.below(12) === 0) return random.bytes(random.below(60));
  const fields = Array.from({ length: random.below(5) }, () => ({
    name: random.pick(names),
    value: random.pick(values),
  }));
  const block = writeLiteralBlock(fields, random.below(4) === 0 ? [random.below(10_000)] : []);
  // With the bit for incremental indexing the table fills; the next block may refer to it.
  if (random.below(2) === 0 && fields.length > 0) block[0] = (block[0] ?? 0) | 0x40;
  return random.below(4) > 0 ? block : Buffer.concat([block, Buffer.of(0x80 | random.below(70))]);
}

function damage(random: Random, bytes: Buffer): Buffer {
  const damaged = Buffer.from(bytes);
  for (let count = random.pick([0, 0, 0, 0, 1, 3]); count > 0 && damaged.length > 0; count--) {
    damaged[random.below(damaged.length)] = random.below(256);
  }
  if (random.below(10) > 0) return damaged;
  const at = random.below(damaged.length + 1);
  return Buffer.concat([damaged.subarray(0, at), random.bytes(random.below(30)), damaged.subarray(at)]);
}

function cut(random: Random, bytes: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  const step = random.pick([1 + random.below(20), 1 + random.below(200), 10_000]);
  for (let start = 0; start < bytes.length; start += step) parts.push(bytes.subarray(start, start + step));
  return parts;
}
