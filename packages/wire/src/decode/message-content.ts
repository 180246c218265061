import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { type DescMessage, fromBinary, type JsonValue, type Registry, toJson } from '@bufbuild/protobuf';
import { BinaryReader, base64Decode, WireType } from '@bufbuild/protobuf/wire';
import type { MessageRecord } from '../timeline.ts';
import type { MessageEntry } from './entries.ts';

const decompressors: Record<string, typeof gunzipSync> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

/** Keeps a small message from growing without bound when it is unpacked. */
const maxUnpackedBytes = 4 * 1024 * 1024;

/** Decodes a complete message to ProtoJSON, or to base64 with the reason why not. */
export function decodeMessage(
  entry: MessageEntry,
  registry: Registry | undefined,
): Pick<MessageRecord, 'json' | 'payload' | 'problem'> {
  const { slab, payloadStart, length } = entry;
  if (!slab) return {};
  const payload = slab.subarray(payloadStart, payloadStart + length);
  const encoded = { payload: Buffer.from(payload).toString('base64') };
  const type = findType(entry, registry);
  if (!registry || !type) return encoded;
  try {
    const bytes = entry.isCompressed ? decompress(payload, entry.stream.encoding[entry.from]) : payload;
    return { json: toJson(type, fromBinary(type, bytes), { registry }) };
  } catch (error) {
    return { ...encoded, problem: error instanceof Error ? error.message : String(error) };
  }
}

function findType(entry: MessageEntry, registry: Registry | undefined): DescMessage | undefined {
  const [, service = '', name] = entry.stream.path.split('/');
  const method = registry?.getService(service)?.methods.find((candidate) => candidate.name === name);
  return entry.from === 'client' ? method?.input : method?.output;
}

function decompress(payload: Uint8Array, encoding = 'identity'): Uint8Array {
  const unpack = Object.hasOwn(decompressors, encoding) ? decompressors[encoding] : undefined;
  if (!unpack) throw new Error(`the message is compressed with the unknown encoding ${encoding}`);
  return unpack(payload, { maxOutputLength: maxUnpackedBytes });
}

/**
 * Reads the details of a `grpc-status-details-bin` field: a `google.rpc.Status` in base64, whose field 3 holds
 * messages of the type Any. Bytes that are something else give no details.
 */
export function readStatusDetails(value: string, registry: Registry | undefined): JsonValue[] {
  try {
    return readFields(base64Decode(value))
      .filter(({ number }) => number === 3)
      .map(({ bytes }) => readAny(bytes, registry));
  } catch {
    return [];
  }
}

function readAny(bytes: Uint8Array, registry: Registry | undefined): JsonValue {
  const fields = readFields(bytes);
  const typeUrl = Buffer.from(fields.find(({ number }) => number === 1)?.bytes ?? []).toString();
  const value = fields.find(({ number }) => number === 2)?.bytes ?? new Uint8Array();
  const type = registry?.getMessage(typeUrl.slice(typeUrl.lastIndexOf('/') + 1));
  const encoded = { '@type': typeUrl, value: Buffer.from(value).toString('base64') };
  if (!registry || !type) return encoded;
  try {
    const json = toJson(type, fromBinary(type, value), { registry });
    const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
    return { '@type': typeUrl, ...(isObject ? json : { value: json }) };
  } catch {
    return encoded;
  }
}

/** Lists the length-delimited fields of a message. */
function readFields(message: Uint8Array): { number: number; bytes: Uint8Array }[] {
  const reader = new BinaryReader(message);
  const fields: { number: number; bytes: Uint8Array }[] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (wireType === WireType.LengthDelimited) fields.push({ number, bytes: reader.bytes() });
    else reader.skip(wireType, number);
  }
  return fields;
}
