import type { ClientDuplexStream, ClientReadableStream } from '@grpc/grpc-js';
import type { CallRecord } from './call-record.ts';

/** A response stream that nobody has read from yet. */
export type UnreadStream<O> = ClientReadableStream<O> | ClientDuplexStream<unknown, O>;

/** What a slow reader saw of a producer. */
export interface PullAhead<O> {
  /** Every message, in order. */
  received: O[];
  /** The most items that had been pulled from the source without having been received. */
  maxAhead: number;
}

/**
 * Reads a stream to its end, one message at a time with a barrier after each, and measures how far the producer runs
 * ahead. `pulls` tells how many items the producer has taken from its source. A producer that honours backpressure
 * stays within a small bound whatever the total; one that does not runs ahead by all of it.
 *
 * Messages should have at least 8 KiB of incompressible payload, so that the windows in bytes count and not the
 * queues in messages.
 */
export async function measurePullAhead<O>(
  stream: UnreadStream<O>,
  pulls: () => number,
  barrier: () => Promise<void>,
): Promise<PullAhead<O>> {
  const received: O[] = [];
  let maxAhead = 0;
  for await (const message of stream.iterator({ destroyOnReturn: false })) {
    received.push(message as O);
    await barrier();
    maxAhead = Math.max(maxAhead, pulls() - received.length);
  }
  return { received, maxAhead };
}

/** What a producer did while its reader stood still. */
export interface Stall {
  /** Messages written after `write()` had returned false. A producer that waits for `drain` writes none. */
  writesWhileStalled: number;
}

/**
 * Reads one message and stops; waits until the producer's `write()` has returned false and gives it 50 round trips to
 * go on nevertheless. The stream stays open and can be read further.
 */
export async function probeStall<O>(
  stream: UnreadStream<O>,
  record: CallRecord,
  barrier: () => Promise<void>,
): Promise<Stall> {
  const first = Promise.withResolvers<void>();
  // grpc-js pushes back only after the first read: without one, the client takes everything.
  stream.once('data', () => {
    stream.pause();
    first.resolve();
  });
  await first.promise;
  const { call } = record;
  if (!('writableNeedDrain' in call)) throw new TypeError(`${record.method} does not write a stream`);
  while (!call.writableNeedDrain) await barrier();
  const before = record.writesWhileFull;
  for (let round = 0; round < 50; round++) await barrier();
  return { writesWhileStalled: record.writesWhileFull - before };
}
