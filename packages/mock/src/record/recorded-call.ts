import type { JsonValue } from '@bufbuild/protobuf';
import type { HeaderRecord, Side, StreamRecord, TimelineEvent } from '@streamlings/wire';

/** A message as it passed the tap. */
export interface RecordedMessage {
  from: Side;
  /** When its last byte passed, in milliseconds since the tap began. */
  atMs: number;
  json: JsonValue;
}

/** A call as it passed the tap. */
export interface RecordedCall {
  stream: StreamRecord;
  messages: RecordedMessage[];
  responseHeaders: HeaderRecord[];
  trailers: HeaderRecord[];
  /** Why it cannot be played again; undefined where it can. */
  problem: string | undefined;
}

/** Puts calls together from what a tap reports. */
export class CallCollector {
  readonly #open = new Map<string, Omit<RecordedCall, 'stream'>>();
  readonly #onCall: (call: RecordedCall) => void;

  /** @param onCall is given each call once it is over. */
  constructor(onCall: (call: RecordedCall) => void) {
    this.#onCall = onCall;
  }

  /** Takes an event of the tap. */
  take(event: TimelineEvent): void {
    if (event.kind === 'frame') this.#takeFrame(event);
    if (event.kind !== 'stream' || event.stream.closedMs === undefined) return;
    const key = `${event.stream.connection}:${event.stream.id}`;
    const call = this.#open.get(key);
    this.#open.delete(key);
    if (call) this.#onCall({ ...call, stream: event.stream });
  }

  #takeFrame({ frame, messages }: Extract<TimelineEvent, { kind: 'frame' }>): void {
    const key = `${frame.connection}:${frame.stream}`;
    if (frame.block === 'request')
      this.#open.set(key, { messages: [], responseHeaders: [], trailers: [], problem: undefined });
    const call = this.#open.get(key);
    if (!call) return;
    if (frame.block === 'response') call.responseHeaders = frame.headers ?? [];
    if (frame.block === 'trailers' || frame.block === 'trailers-only') call.trailers = frame.headers ?? [];
    for (const { from, completeMs, lastFrame, json, index, problem } of messages) {
      if (completeMs === undefined || lastFrame !== frame.order) continue;
      if (json === undefined)
        call.problem ??= problem ?? `message ${index} of the ${from} could not be decoded`;
      else call.messages.push({ from, atMs: completeMs, json });
    }
  }
}
