import { ConnectionDecoder } from '../src/decode/connection-decoder.ts';
import { Recorder, type RecorderOptions } from '../src/decode/recorder.ts';
import { writeFrame, writeHeaders, writeLiteralBlock } from '../src/http2/frame-bytes.ts';
import { Flag, FrameType } from '../src/http2/names.ts';
import type { Side, Timeline } from '../src/index.ts';

export const preface: Buffer = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

export function settings(...entries: [id: number, value: number][]): Buffer {
  const payload = Buffer.alloc(6 * entries.length);
  for (const [index, [id, value]] of entries.entries()) {
    payload.writeUInt16BE(id, 6 * index);
    payload.writeUInt32BE(value, 6 * index + 2);
  }
  return writeFrame(FrameType.SETTINGS, 0, 0, payload);
}

export const settingsAck: Buffer = writeFrame(FrameType.SETTINGS, Flag.ACK, 0, new Uint8Array());

export function block(fields: Record<string, string>): Buffer {
  return writeLiteralBlock(Object.entries(fields).map(([name, value]) => ({ name, value })));
}

export function headers(stream: number, fields: Record<string, string>, endStream = false): Buffer {
  return writeHeaders(stream, block(fields), { endStream, maxFrameSize: 16_384 });
}

export function request(stream: number, fields: Record<string, string> = {}): Buffer {
  const always = { ':method': 'POST', ':path': '/a.v1.AService/Call', 'content-type': 'application/grpc' };
  return headers(stream, { ...always, ...fields });
}

export function response(stream: number, fields: Record<string, string> = {}): Buffer {
  return headers(stream, { ':status': '200', 'content-type': 'application/grpc', ...fields });
}

export function data(stream: number, content: Uint8Array, endStream = false): Buffer {
  return writeFrame(FrameType.DATA, endStream ? Flag.END_STREAM : 0, stream, content);
}

export function message(payload: Uint8Array, isCompressed = false): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = isCompressed ? 1 : 0;
  prefix.writeUInt32BE(payload.length, 1);
  return Buffer.concat([prefix, payload]);
}

/** A connection that is only decoded: bytes go in, a timeline comes out. */
export class DecodedSession {
  readonly recorder: Recorder;
  readonly connection: ConnectionDecoder;

  constructor(options: Partial<RecorderOptions> = {}) {
    const { registry } = options;
    const defaults = { target: 'server:1', maxBytes: 1 << 20, maxMessageBytes: 16_384, registry };
    this.recorder = new Recorder({ ...defaults, ...options });
    this.connection = new ConnectionDecoder(1, this.recorder, registry);
  }

  push(from: Side, ...parts: Uint8Array[]): this {
    this.connection.push(from, Buffer.concat(parts));
    return this;
  }

  /** Opens the connection as every client and server do. */
  open(): this {
    return this.push('client', preface, settings())
      .push('server', settings(), settingsAck)
      .push('client', settingsAck);
  }

  get timeline(): Timeline {
    return this.recorder.timeline();
  }
}
