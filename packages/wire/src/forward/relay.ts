import type { Socket } from 'node:net';
import type { ConnectionDecoder } from '../decode/connection-decoder.ts';
import type { Side } from '../timeline.ts';
import { DelayLine } from './delay-line.ts';
import type { FaultSettings } from './fault-settings.ts';
import { FrameGate } from './frame-gate.ts';

/** Chunks of up to 64 KiB that may wait in a delay line before their source is paused. */
const maxDelayedChunks = 64;

/** Forwards what one side sends: first to the other side, then to the decoder. */
export class Relay {
  readonly #from: Side;
  readonly #source: Socket;
  readonly #sink: Socket;
  readonly #decoder: ConnectionDecoder;
  readonly #faults: FaultSettings;
  readonly #line: DelayLine<Buffer | 'end'>;
  #gate: FrameGate | undefined;
  #isSinkFull = false;

  constructor(from: Side, source: Socket, sink: Socket, decoder: ConnectionDecoder, faults: FaultSettings) {
    this.#from = from;
    this.#source = source;
    this.#sink = sink;
    this.#decoder = decoder;
    this.#faults = faults;
    this.#line = new DelayLine((value) => {
      if (value === 'end') this.#end();
      else this.#take(value);
    });
    source.on('data', (chunk: Buffer) => {
      this.#line.push(chunk, faults.delayMs);
      this.#throttle();
    });
    source.on('end', () => this.#line.push('end', faults.delayMs));
    sink.on('drain', () => {
      this.#isSinkFull = false;
      this.#throttle();
    });
  }

  /** The gate through which frames can be let in; from its first use on everything goes through it. */
  get gate(): FrameGate {
    this.#gate ??= new FrameGate(this.#from, this.#decoder, this.#faults, (bytes, isInjected) =>
      this.#forward(bytes, isInjected),
    );
    return this.#gate;
  }

  releaseWindowUpdates(): void {
    this.#gate?.releaseWindowUpdates();
  }

  close(): void {
    this.#line.clear();
  }

  #take(chunk: Buffer): void {
    if (this.#gate || this.#faults.changesFrames(this.#from)) this.gate.push(chunk);
    else this.#forward(chunk, false);
    this.#throttle();
  }

  #end(): void {
    this.#gate?.flush();
    this.#sink.end();
  }

  #forward(bytes: Uint8Array, isInjected: boolean): void {
    if (!this.#sink.writable) return;
    this.#isSinkFull = !this.#sink.write(bytes);
    this.#decoder.push(this.#from, bytes, isInjected);
  }

  #throttle(): void {
    const isHeldUp = this.#isSinkFull || this.#line.length > maxDelayedChunks;
    if (isHeldUp !== this.#source.isPaused()) this.#source[isHeldUp ? 'pause' : 'resume']();
  }
}
