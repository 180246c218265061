import { status } from '@grpc/grpc-js';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { ObservatoryService, Picture } from '@streamlings/proto/streamlings/observatory/v1/observatory';

/** Pictures on their way out of the archive. */
export interface Cursor {
  /** Resolves with the next ten pictures, with fewer at the end, and with none behind the last; may reject. */
  read(): Promise<Array<Pick<Picture, 'number' | 'data'>>>;
  /** Gives the cursor back. The archive has few of them, so this is due whichever way a call ends. */
  close(): void;
}

type Handlers = Pick<ServiceHandlers<typeof ObservatoryService>, 'readPictures'>;

/** Answers `ReadPictures` with a loop of its own over `write()`. */
export function byHand(open: (night: string) => Cursor): Handlers {
  return {
    readPictures: (call) => {
      // TODO: Send what `open(call.request.night)` reads, picture by picture, as observatory.proto says.
      //   While the call wants no more messages, neither write nor read.

      // TODO: Close the cursor when all is sent, when it fails, and when the client leaves, also while you wait.
      //   Leave nothing else behind, however often you have waited.
      call.emit('error', { code: status.UNIMPLEMENTED, details: 'ReadPictures is not written yet' });
    },
  };
}

/** Answers `ReadPictures` in the same way, and leaves the waiting to `pipeline()` of `node:stream/promises`. */
export function byPipeline(open: (night: string) => Cursor): Handlers {
  return {
    readPictures: (call) => {
      // TODO: Do the same with `pipeline`. When the archive fails, the client still has to hear of it.
      call.emit('error', { code: status.UNIMPLEMENTED, details: 'ReadPictures is not written yet' });
    },
  };
}
