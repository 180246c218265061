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
      // TODO: Send the catalogue, each batch of the cursor as one message, in whichever way you like.
      //   However large it is, hold only as much of it as is on its way to the client.
      call.emit('error', { code: status.UNIMPLEMENTED, details: 'ExportStars is not written yet' });
    },
  };
}
