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
      // A batch exists from its read until the client has taken it. The cursor is asked again only when the call wants
      // more, so memory depends on the windows and on no row count; `await` alone would read on at full speed. Messages
      // of some ten KiB keep the overhead small; larger ones would only make everything behind them wait.
      async function* batches() {
        try {
          for (let stars = await cursor.read(); stars.length > 0; stars = await cursor.read())
            yield { stars };
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
