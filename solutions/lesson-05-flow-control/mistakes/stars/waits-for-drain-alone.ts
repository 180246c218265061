// misconception: L5-04
// fails: stops with a client that stands still, and closes the cursor when it leaves
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
      try {
        for (
          let stars = await cursor.read();
          stars.length > 0 && !call.cancelled;
          stars = await cursor.read()
        ) {
          if (!call.write({ stars })) await once(call, 'drain');
        }
        call.end();
      } catch {
        call.emit('error', { code: status.INTERNAL, details: 'the catalogue failed' });
      } finally {
        cursor.close();
      }
    },
  };
}
