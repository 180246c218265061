// misconception: L5-08
// fails: stops with a client that stands still, and closes the cursor when it leaves
import { Readable, type Writable } from 'node:stream';
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
    exportStars: (call) => {
      const cursor = open();
      let hasFailed = false;
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
      Readable.from(batches())
        .on('end', () => {
          if (hasFailed) call.emit('error', { code: status.INTERNAL, details: 'the catalogue failed' });
          else call.end();
        })
        .pipe(call as unknown as Writable, { end: false });
    },
  };
}
