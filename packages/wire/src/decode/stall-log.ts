import type { PerSide, Side, StallRecord } from '../timeline.ts';
import type { ConnectionDecoder } from './connection-decoder.ts';
import type { StreamState } from './stream-state.ts';

/** Notices who may not send because a window is used up, and who does not although it may. */
export class StallLog {
  readonly #connection: ConnectionDecoder;
  readonly #connectionStalls: Partial<PerSide<StallRecord>> = {};

  constructor(connection: ConnectionDecoder) {
    this.#connection = connection;
  }

  /** Takes note of DATA; a stream that it ends waits for nothing, but others may, for the connection. */
  spent(stream: StreamState, sender: Side, atMs: number, endsStream: boolean): void {
    if (!endsStream && stream.record.windows[sender] <= 0 && !stream.stalls[sender])
      stream.stalls[sender] = this.#begin('stream-window', stream, sender, atMs);
    if (this.#connection.windows.connection[sender] <= 0 && !this.#connectionStalls[sender])
      this.#connectionStalls[sender] = this.#begin('connection-window', stream, sender, atMs);
  }

  /** Takes note of a window that grew. */
  extended(stream: StreamState | undefined, sender: Side, atMs: number): void {
    if (stream) {
      if (stream.record.windows[sender] > 0) this.#end(stream.stalls, sender, atMs);
    } else if (this.#connection.windows.connection[sender] > 0) {
      this.#end(this.#connectionStalls, sender, atMs);
    }
  }

  closeStream(stream: StreamState, atMs: number): void {
    for (const sender of ['client', 'server'] as const) this.#end(stream.stalls, sender, atMs);
  }

  closeConnection(atMs: number): void {
    for (const sender of ['client', 'server'] as const) this.#end(this.#connectionStalls, sender, atMs);
  }

  applicationWaits(): StallRecord[] {
    const waits: StallRecord[] = [];
    for (const stream of this.#connection.openStreams) {
      for (const sender of ['client', 'server'] as const) {
        const hasEnded = stream.record.endedMs[sender] !== undefined;
        if (hasEnded || stream.stalls[sender] || this.#connectionStalls[sender]) continue;
        waits.push(this.#describe('application', stream, sender, stream.activeMs[sender]));
      }
    }
    return waits;
  }

  #begin(cause: StallRecord['cause'], stream: StreamState, sender: Side, atMs: number): StallRecord {
    const stall = this.#describe(cause, stream, sender, atMs);
    this.#connection.recorder.stall(stall);
    return stall;
  }

  #describe(cause: StallRecord['cause'], stream: StreamState, sender: Side, atMs: number): StallRecord {
    return {
      connection: this.#connection.id,
      stream: stream.record.id,
      sender,
      cause,
      atMs,
      bytes: stream.record.bytes[sender],
      midMessage: stream.readers[sender]?.isInsideMessage ?? false,
    };
  }

  #end(stalls: Partial<PerSide<StallRecord>>, sender: Side, atMs: number): void {
    const stall = stalls[sender];
    if (!stall) return;
    delete stalls[sender];
    stall.endedMs = atMs;
    this.#connection.recorder.emit(() => ({ kind: 'stall', stall: { ...stall } }));
  }
}
