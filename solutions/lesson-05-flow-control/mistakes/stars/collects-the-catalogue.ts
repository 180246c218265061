// misconception: L2-06
// fails: asks the cursor for no more than is on its way to the client
import { once } from 'node:events';
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
      const left = new AbortController();
      const { signal } = left;
      call.on('cancelled', () => left.abort());
      try {
        const batches = [];
        for (let stars = await cursor.read(); stars.length > 0; stars = await cursor.read())
          batches.push(stars);
        for (const stars of batches) if (!call.write({ stars })) await once(call, 'drain', { signal });
        call.end();
      } catch {
        if (!signal.aborted) call.emit('error', { code: status.INTERNAL, details: 'the catalogue failed' });
      } finally {
        cursor.close();
      }
    },
  };
}
