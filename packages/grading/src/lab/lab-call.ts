import { parentPort, workerData } from 'node:worker_threads';
import type { Hosted } from '../demo/host.ts';
import type { Source } from '../world/world.ts';
import type { Reading } from './reader.ts';

/** What a server in the lab is told of the one call that it will get. */
export interface LabSettings {
  /** How many messages the stream has at most. */
  messages: number;
  /** About how many bytes a message has. */
  bytes: number;
  /** How the server reads, where it is the server whose reading is slowed down. */
  reading: Reading;
  /** Holds one 32-bit integer: how often {@link LabCall.produced} was called. */
  counter: SharedArrayBuffer;
}

/** What a lesson's `lab.ts` works with. */
export interface LabCall extends Omit<LabSettings, 'counter'> {
  /** Counts one thing that the server has produced: an item, a row, a message kept. */
  produced(): void;
}

/** What the thread of a server tells whoever has started it. */
export type LabNews = { kind: 'listening'; address: string } | { kind: 'first produced' };

/** Serves a call of the lab from within the thread that was made for it. */
export async function answerLab(serve: (call: LabCall) => Promise<Hosted>): Promise<void> {
  const { counter, ...settings } = workerData as LabSettings;
  const tell = (news: LabNews): void => parentPort?.postMessage(news);
  // Shared memory, so that the count is true at any moment, however busy this thread is.
  const count = new Int32Array(counter);
  const produced = (): void => {
    if (Atomics.add(count, 0, 1) === 0) tell({ kind: 'first produced' });
  };
  const { address } = await serve({ ...settings, produced });
  tell({ kind: 'listening', address });
}

/** Makes a source that calls `onItem` for each item it hands out. */
export function countItems(source: Source, onItem: () => void): Source {
  return {
    open: (topic, options) => {
      const items = source.open(topic, options);
      const next = items.next.bind(items);
      items.next = async () => {
        const result = await next();
        if (!result.done) onItem();
        return result;
      };
      return items;
    },
  };
}
