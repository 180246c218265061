import type { Registry } from '@bufbuild/protobuf';
import { DecodeProblem } from '../http2/decode-problem.ts';
import type { HpackDecoder } from '../http2/hpack-decoder.ts';
import type { ConnectionRecord, PerSide, Side, StallRecord } from '../timeline.ts';
import { DirectionDecoder } from './direction-decoder.ts';
import { RecordEntry } from './entries.ts';
import { FlowWindows } from './flow-windows.ts';
import type { Recorder } from './recorder.ts';
import { StallLog } from './stall-log.ts';
import { StreamState } from './stream-state.ts';

const maxOpenStreams = 10_000;

/** Decodes both directions of a connection and keeps what they share: windows, settings and open streams. */
export class ConnectionDecoder {
  readonly id: number;
  readonly record: ConnectionRecord;
  readonly windows: FlowWindows = new FlowWindows();
  readonly stalls: StallLog;
  readonly recorder: Recorder;
  readonly registry: Registry | undefined;
  /** The highest stream that the client has opened. */
  lastStream = 0;
  readonly #streams = new Map<number, StreamState>();
  readonly #directions: PerSide<DirectionDecoder>;
  readonly #postponed: (() => void)[] = [];
  #isBusy = false;
  #isBroken = false;

  constructor(id: number, recorder: Recorder, registry: Registry | undefined) {
    this.id = id;
    this.recorder = recorder;
    this.registry = registry;
    this.record = {
      id,
      atMs: recorder.now(),
      bytes: { client: 0, server: 0 },
      windows: this.windows.connection,
    };
    this.stalls = new StallLog(this);
    this.#directions = {
      client: new DirectionDecoder(this, 'client'),
      server: new DirectionDecoder(this, 'server'),
    };
    recorder.open(this);
  }

  get openStreams(): Iterable<StreamState> {
    return this.#streams.values();
  }

  /** Whether the bytes have been understood so far. */
  get isDecoding(): boolean {
    return !this.#isBroken;
  }

  direction(from: Side): DirectionDecoder {
    return this.#directions[from];
  }

  hpack(from: Side): HpackDecoder {
    return this.#directions[from].hpack;
  }

  /** Decodes bytes that were forwarded; never throws. Bytes made by the tap end on frame boundaries. */
  push(from: Side, chunk: Uint8Array, isInjected = false): void {
    this.record.bytes[from] += chunk.length;
    if (this.#isBroken) return;
    const direction = this.#directions[from];
    const atMs = this.recorder.now();
    this.#isBusy = true;
    try {
      direction.push(chunk, atMs, isInjected);
    } catch (error) {
      this.#isBroken = true;
      // First, so that many streams do not push the reason out of the ring.
      this.#closeStreams(atMs);
      const code = error instanceof DecodeProblem ? error.code : 'internal';
      const text = error instanceof Error ? error.message : String(error);
      this.recorder.problem({ connection: this.id, from, atMs, offset: direction.offset, code, text });
    }
    this.#isBusy = false;
    while (this.#postponed.length > 0) this.#postponed.shift()?.();
  }

  /** Runs an action when all bytes that were forwarded are decoded: now, or where a listener asks for it, soon. */
  whenIdle(action: () => void): void {
    if (this.#isBusy) this.#postponed.push(action);
    else action();
  }

  stream(id: number): StreamState | undefined {
    return this.#streams.get(id);
  }

  openStream(id: number, atMs: number): StreamState {
    if (this.#streams.size >= maxOpenStreams)
      throw new DecodeProblem('limit', `more than ${maxOpenStreams} streams are open`);
    this.lastStream = Math.max(id, this.lastStream);
    const { initial } = this.windows;
    const record = {
      connection: this.id,
      id,
      atMs,
      path: '',
      encoding: {},
      initialWindows: { ...initial },
      windows: { ...initial },
      bytes: { client: 0, server: 0 },
      messages: { client: 0, server: 0 },
      endedMs: {},
    };
    const stream = new StreamState(record, this.recorder);
    this.#streams.set(id, stream);
    return stream;
  }

  closeStream(stream: StreamState, atMs: number): void {
    const { record } = stream;
    record.closedMs = atMs;
    stream.close();
    this.stalls.closeStream(stream, atMs);
    this.#streams.delete(record.id);
    this.recorder.add(new RecordEntry('streams', record, record.path.length));
    this.recorder.emit(() => ({ kind: 'stream', stream: structuredClone(record) }));
  }

  /** What the open streams wait for where no window is to blame. */
  waits(): StallRecord[] {
    return this.#isBroken ? [] : this.stalls.applicationWaits();
  }

  close(error?: string): void {
    if (this.record.closedMs !== undefined) return;
    const atMs = this.recorder.now();
    this.record.closedMs = atMs;
    if (error) this.record.error = error;
    this.#closeStreams(atMs);
    this.stalls.closeConnection(atMs);
    this.recorder.close(this);
  }

  #closeStreams(atMs: number): void {
    for (const stream of [...this.#streams.values()]) this.closeStream(stream, atMs);
  }
}
