// misconception: L5-13
// fails: sends every star, each batch as a message, the last one too
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { status } from '@grpc/grpc-js';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { ObservatoryService, Star } from '@streamlings/proto/streamlings/observatory/v1/observatory';

/** A million stars on their way out of the catalogue. */
export interface Cursor {
  /** Resolves with the next hundred stars, with fewer at the end, and with none behind the last; may reject. */
  read(): Promise<Array<Pick<Star, 'id' | 'note'>>>;
  /** Gives the cursor back, which is due whichever way a call ends. */
  close(): void;
}

/** Answers `ExportStars`. */
export function handlers(
  open: () => Cursor,
): Pick<ServiceHandlers<typeof ObservatoryService>, 'exportStars'> {
  return {
    exportStars: async (call) => {
      const cursor = open();
      let hasFailed = false;
      async function* batches() {
        try {
          let stars: Awaited<ReturnType<Cursor['read']>> = [];
          for (let read = await cursor.read(); read.length > 0; read = await cursor.read()) {
            stars.push(...read);
            if (stars.length < 1000) continue;
            yield { stars };
            stars = [];
          }
          if (stars.length > 0) yield { stars };
        } catch {
          hasFailed = true;
        } finally {
          cursor.close();
        }
      }
      try {
        await pipeline(batches, call as unknown as Writable, { end: false });
      } catch {
        return;
      }
      if (hasFailed) call.emit('error', { code: status.INTERNAL, details: 'the catalogue failed' });
      else call.end();
    },
  };
}
