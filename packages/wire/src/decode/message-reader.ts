import type { MessageSpan, Side, StreamRecord } from '../timeline.ts';
import { MessageEntry } from './entries.ts';
import type { Recorder } from './recorder.ts';

const prefixLength = 5;

/** Finds the length-prefixed messages of one side of a stream in the content of its DATA frames. */
export class MessageReader {
  readonly #stream: StreamRecord;
  readonly #from: Side;
  readonly #recorder: Recorder;
  readonly #prefix = new Uint8Array(prefixLength);
  #prefixBytes = 0;
  /** The frame with the first byte of a prefix that goes on in the next one. */
  #prefixFrame = -1;
  #current: MessageEntry | undefined;
  #count = 0;
  /** Which messages the last closed frame carried; good until the next one is closed. */
  readonly span: MessageSpan = { first: 1, last: 0, before: 0, after: 0 };
  /** Those of them whose prefix is known; good as long. */
  touched: MessageEntry[] = [];
  /** What the frame under way has touched so far. Two lists take turns, so that none has to be made for each frame. */
  #touching: MessageEntry[] = [];
  #nextFirst = 1;
  #nextBefore = 0;
  #isBroken = false;

  constructor(stream: StreamRecord, from: Side, recorder: Recorder) {
    this.#stream = stream;
    this.#from = from;
    this.#recorder = recorder;
  }

  get isInsideMessage(): boolean {
    return this.#current !== undefined || this.#prefixBytes > 0;
  }

  /** @returns what is wrong with the framing, once; what comes later is then left alone */
  push(bytes: Uint8Array, start: number, end: number, atMs: number): string | undefined {
    let position = start;
    while (position < end && !this.#isBroken) {
      if (this.#current) {
        position = this.#readPayload(this.#current, bytes, position, end, atMs);
        continue;
      }
      this.#prefix[this.#prefixBytes++] = bytes[position++] ?? 0;
      if (this.#prefixBytes === prefixLength) this.#begin(atMs);
    }
    if (!this.#isBroken || this.#prefixBytes === 0) return undefined;
    this.#prefixBytes = 0;
    return `message ${this.#count + 1} starts with the flag ${this.#prefix[0]}, which is neither 0 nor 1`;
  }

  /** Closes a DATA frame, after which `span` and `touched` tell of it; false when it carried no message. */
  endFrame(order: number): boolean {
    const { span } = this;
    const current = this.#current;
    const isPartial = this.#prefixBytes > 0;
    [this.touched, this.#touching] = [this.#touching, this.touched];
    this.#touching.length = 0;
    for (const message of this.touched) {
      if (message.firstFrame === -1) message.firstFrame = order;
      if (message !== current) message.lastFrame = order;
    }
    if (isPartial && this.#prefixFrame === -1) this.#prefixFrame = order;
    span.first = this.#nextFirst;
    span.last = this.#count + (isPartial ? 1 : 0);
    span.before = this.#nextBefore;
    span.after = isPartial ? -1 : current ? current.length - current.received : 0;
    this.#nextFirst = this.#count + (current ? 0 : 1);
    this.#nextBefore = current ? prefixLength + current.received : this.#prefixBytes;
    if (current) this.#touching.push(current);
    return span.last >= span.first;
  }

  /** Charges a message that will not be completed for the memory that was set aside for it. */
  close(): void {
    if (this.#current) this.#settle(this.#current);
    this.#current = undefined;
  }

  #begin(atMs: number): void {
    const flag = this.#prefix[0] ?? 0;
    if (flag > 1) {
      this.#isBroken = true;
      return;
    }
    const length = new DataView(this.#prefix.buffer).getUint32(1);
    this.#prefixBytes = 0;
    const message = new MessageEntry(this.#stream, this.#from, ++this.#count, atMs, length, flag === 1);
    this.#stream.messages[this.#from] = this.#count;
    message.firstFrame = this.#prefixFrame;
    this.#prefixFrame = -1;
    this.#recorder.keepPayload(message);
    this.#recorder.add(message);
    this.#touching.push(message);
    this.#current = message;
    if (length === 0) this.#end(message, atMs);
  }

  #readPayload(message: MessageEntry, bytes: Uint8Array, start: number, end: number, atMs: number): number {
    const until = Math.min(end, start + message.length - message.received);
    message.slab?.set(bytes.subarray(start, until), message.payloadStart + message.received);
    message.received += until - start;
    if (message.received === message.length) this.#end(message, atMs);
    return until;
  }

  #end(message: MessageEntry, atMs: number): void {
    message.completeMs = atMs;
    this.#current = undefined;
    this.#settle(message);
  }

  #settle(message: MessageEntry): void {
    if (!message.slab) return;
    this.#recorder.release(message.length);
    this.#recorder.grow(message, message.length);
  }
}
