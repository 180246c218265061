import { once } from 'node:events';
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
      // After the client has left, `drain` does not come any more. One signal for the whole call ends every wait, and
      // `once` takes its listeners back by itself; a race against `close` would leave one behind per round.
      const left = new AbortController();
      call.on('cancelled', () => left.abort());
      try {
        for (let batch = await cursor.read(); batch.length > 0; batch = await cursor.read()) {
          for (const picture of batch) {
            // False has taken the message and asks for a pause. Only then does a `drain` follow: to wait for it after
            // true is to wait for ever, and to look once per batch lets up to nine messages through.
            if (!call.write(picture)) await once(call, 'drain', { signal: left.signal });
            left.signal.throwIfAborted();
          }
        }
        call.end();
      } catch {
        if (!left.signal.aborted) call.emit('error', archiveFailed);
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
          // A failure that got out of here would make `pipeline` destroy the call, and a status needs it alive.
          hasFailed = true;
        } finally {
          // `pipeline` returns the generator when the client leaves; `pipe` would leave it where it stands.
          cursor.close();
        }
      }
      try {
        await pipeline(pictures, call as unknown as Writable, { end: false });
      } catch {
        return; // The client has left, and there is nobody to tell.
      }
      if (hasFailed) call.emit('error', archiveFailed);
      else call.end();
    },
  };
}
