import { createRegistry } from '@bufbuild/protobuf';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { ConnectionDecoder } from '../src/decode/connection-decoder.ts';
import { Recorder } from '../src/decode/recorder.ts';
import { drawSequence, drawWindows, formatTimeline } from '../src/draw/index.ts';
import { FaultSettings } from '../src/forward/fault-settings.ts';
import { FrameGate } from '../src/forward/frame-gate.ts';
import type { Side } from '../src/index.ts';
import { makeInput } from './inputs.ts';
import { Random } from './random.ts';

const registry = createRegistry(StreamingService);
const maxBytes = 8 * 1024;

/** What the inputs led to, so that a fuzz that reaches nothing is noticed. */
export interface FuzzResult {
  inputs: number;
  /** How many inputs ended with each kind of problem; `none` for those that decoded. */
  outcomes: Record<string, number>;
}

/**
 * Decodes random sessions; every fourth one goes through the gates of the faults.
 *
 * @throws Error that names the seed of the input that broke a promise
 */
export function fuzz(count: number, firstSeed: number): FuzzResult {
  const outcomes: Record<string, number> = {};
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    try {
      const outcome = decode(new Random(seed));
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    } catch (cause) {
      throw new Error(`input ${seed}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
  }
  return { inputs: count, outcomes };
}

function decode(random: Random): string {
  const recorder = new Recorder({ target: 'fuzz:1', maxBytes, maxMessageBytes: 256, registry });
  const connection = new ConnectionDecoder(1, recorder, registry);
  const forward = makeForward(random, connection);
  for (const { from, bytes } of makeInput(random)) {
    forward(from, bytes);
    if (recorder.bytes > maxBytes) throw new Error(`the ring keeps ${recorder.bytes} bytes`);
  }
  connection.close();
  const timeline = recorder.timeline();
  if (random.below(50) === 0) {
    formatTimeline(timeline, { width: 80, json: true });
    drawSequence(timeline);
    drawWindows(timeline);
  }
  const internal = timeline.problems.find(({ code }) => code === 'internal');
  if (internal) throw new Error(`the decoder failed by itself: ${internal.text}`);
  const ending = timeline.problems.findLast(({ code }) => code !== 'grpc');
  if (ending && timeline.frames.some(({ from, offset }) => from === ending.from && offset > ending.offset))
    throw new Error('frames were decoded after the connection was given up');
  return ending?.code ?? 'none';
}

function makeForward(random: Random, connection: ConnectionDecoder): (from: Side, bytes: Buffer) => void {
  if (random.below(4) > 0) return (from, bytes) => connection.push(from, bytes);
  const faults = new FaultSettings({ holdWindowUpdates: true, cutTrailers: true });
  const gates = Object.fromEntries(
    (['client', 'server'] as const).map((from) => [
      from,
      new FrameGate(from, connection, faults, (bytes, isInjected) =>
        connection.push(from, bytes, isInjected),
      ),
    ]),
  );
  return (from, bytes) => {
    gates[from]?.push(bytes);
    if (random.below(4) === 0) gates[from]?.releaseWindowUpdates();
  };
}
