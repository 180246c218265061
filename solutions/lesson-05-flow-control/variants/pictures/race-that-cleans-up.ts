import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
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

const archiveFailed = { code: status.INTERNAL, details: 'the archive failed' };

/** Answers `ReadPictures` with a loop of its own over `write()`. */
export function byHand(open: (night: string) => Cursor): Handlers {
  return {
    readPictures: async (call) => {
      const cursor = open(call.request.night);
      try {
        for (let batch = await cursor.read(); batch.length > 0; batch = await cursor.read()) {
          for (const picture of batch) {
            if (!call.write(picture)) {
              await new Promise<void>((resolve) => {
                const wake = () => {
                  call.off('drain', wake);
                  call.off('close', wake);
                  resolve();
                };
                call.on('drain', wake);
                call.on('close', wake);
              });
            }
            if (call.cancelled) return;
          }
        }
        call.end();
      } catch {
        if (!call.cancelled) call.emit('error', archiveFailed);
      } finally {
        cursor.close();
      }
    },
  };
}

/** Answers `ReadPictures` in the same way, and leaves the waiting to `pipeline()` of `node:stream/promises`. */
export function byPipeline(open: (night: string) => Cursor): Handlers {
  return {
    readPictures: async (call) => {
      const cursor = open(call.request.night);
      let hasFailed = false;
      async function* pictures() {
        try {
          for (let batch = await cursor.read(); batch.length > 0; batch = await cursor.read()) yield* batch;
        } catch {
          hasFailed = true;
        } finally {
          cursor.close();
        }
      }
      try {
        await pipeline(pictures, call as unknown as Writable, { end: false });
      } catch {
        return;
      }
      if (hasFailed) call.emit('error', archiveFailed);
      else call.end();
    },
  };
}
