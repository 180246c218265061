import type { HeaderField } from '../http2/hpack-decoder.ts';
import type { PerSide, Side, StallRecord, StatusRecord, StreamRecord } from '../timeline.ts';
import { MessageReader } from './message-reader.ts';
import type { Recorder } from './recorder.ts';

const maxPathLength = 1024;
const maxValueLength = 256;

/** An open stream: its record, the messages under way, and who waits for what. */
export class StreamState {
  readonly record: StreamRecord;
  readonly #recorder: Recorder;
  readonly readers: Partial<PerSide<MessageReader>> = {};
  readonly stalls: Partial<PerSide<StallRecord>> = {};
  /** When each side last sent something on the stream. */
  readonly activeMs: PerSide<number>;

  constructor(record: StreamRecord, recorder: Recorder) {
    this.record = record;
    this.#recorder = recorder;
    this.activeMs = { client: record.atMs, server: record.atMs };
  }

  /** Takes what the first block of a side says about its messages. */
  openSide(from: Side, fields: HeaderField[]): void {
    if (from === 'client') {
      this.record.path = findField(fields, ':path').slice(0, maxPathLength);
      const timeout = findField(fields, 'grpc-timeout').slice(0, maxValueLength);
      if (timeout) this.record.timeout = timeout;
    }
    const encoding = findField(fields, 'grpc-encoding').slice(0, maxValueLength);
    if (encoding && encoding !== 'identity') this.record.encoding[from] = encoding;
    if (/^application\/grpc(\+|;|$)/.test(findField(fields, 'content-type')))
      this.readers[from] = new MessageReader(this.record, from, this.#recorder);
  }

  close(): void {
    this.readers.client?.close();
    this.readers.server?.close();
  }
}

export function findField(fields: HeaderField[], name: string): string {
  return fields.find((field) => field.name === name)?.value ?? '';
}

/** Reads the status of a call from a block that ends it; undefined for a block without one. */
export function readStatus(fields: HeaderField[]): StatusRecord | undefined {
  const code = findField(fields, 'grpc-status');
  if (!/^\d+$/.test(code)) return undefined;
  const message = findField(fields, 'grpc-message');
  return message ? { code: Number(code), message: decodePercent(message) } : { code: Number(code) };
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
