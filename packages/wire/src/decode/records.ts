import type { Registry } from '@bufbuild/protobuf';
import { FrameType, nameFlags, typeName } from '../http2/names.ts';
import type { FrameRecord, MessageRecord } from '../timeline.ts';
import { type FrameEntry, type MessageEntry, unknownWindow } from './entries.ts';
import { decodeMessage } from './message-content.ts';

/** Makes the public record of a frame. */
export function describeFrame(entry: FrameEntry): FrameRecord {
  const { order, connection, stream, atMs, from, type, flags, length, offset } = entry;
  const record: FrameRecord = {
    order,
    connection,
    stream,
    atMs,
    from,
    type: typeName(type),
    flags: nameFlags(type, flags),
    length,
    offset,
    ...entry.details,
  };
  if (entry.padding >= 0) record.padding = entry.padding;
  if (entry.isInjected) record.injected = true;
  if (type === FrameType.DATA && entry.firstMessage > 0) {
    const { firstMessage: first, lastMessage: last, bytesBefore: before, bytesAfter: after } = entry;
    record.messages = { first, last, before, after };
  }
  const windows: FrameRecord['windows'] = {};
  if (entry.connectionWindow !== unknownWindow) windows.connection = entry.connectionWindow;
  if (entry.streamWindow !== unknownWindow) windows.stream = entry.streamWindow;
  if (Object.keys(windows).length > 0) record.windows = windows;
  return record;
}

/** Makes the public record of a message, its payload decoded as far as the registry and the encoding allow. */
export function describeMessage(entry: MessageEntry, registry: Registry | undefined): MessageRecord {
  const { stream, from, index, atMs, length, received, isCompressed, firstFrame, completeMs } = entry;
  const record: MessageRecord = {
    connection: stream.connection,
    stream: stream.id,
    from,
    index,
    atMs,
    length,
    received,
    compressed: isCompressed,
    firstFrame,
  };
  if (Number.isNaN(completeMs)) return record;
  record.completeMs = completeMs;
  record.lastFrame = entry.lastFrame;
  return Object.assign(record, decodeMessage(entry, registry));
}
