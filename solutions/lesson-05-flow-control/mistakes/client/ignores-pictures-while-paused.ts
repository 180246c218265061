// misconception: L5-09
// fails: holds the server while the show is paused, and loses nothing
import { once } from 'node:events';
import { credentials } from '@grpc/grpc-js';
import { createClient } from '@streamlings/grpc';
import { ObservatoryService, type Picture } from '@streamlings/proto/streamlings/observatory/v1/observatory';

/** A slide show that can stand still. */
export interface Show {
  /** Shows no picture until `resume()`. */
  pause(): void;
  /** Shows on, with the picture behind the last one shown. */
  resume(): void;
  /** Resolves after the last picture; rejects with the error of the call. */
  done: Promise<void>;
}

/**
 * Downloads several nights at once over one connection, and closes it.
 *
 * `prepare` makes room for a night and may take a while; `keep` gets the pictures of a night one after the other, each
 * when the promise for the one before has resolved. Rejects with the error of a call, or of `prepare` or `keep`.
 */
export async function download(
  address: string,
  nights: string[],
  prepare: (night: string) => Promise<void>,
  keep: (night: string, picture: Picture) => Promise<void>,
): Promise<void> {
  const client = createClient(ObservatoryService, address, credentials.createInsecure());
  const calls: Array<ReturnType<typeof client.readPictures>> = [];
  try {
    await Promise.all(
      nights.map(async (night) => {
        await prepare(night);
        const call = client.readPictures({ night });
        calls.push(call);
        for await (const picture of call) await keep(night, picture);
      }),
    );
  } finally {
    for (const call of calls) call.cancel();
    client.close();
  }
}

/** Shows the pictures of a night. */
export function startShow(address: string, night: string, show: (picture: Picture) => void): Show {
  const client = createClient(ObservatoryService, address, credentials.createInsecure());
  const call = client.readPictures({ night });
  let isPaused = false;
  const done = new Promise<void>((resolve, reject) => {
    call.on('data', (picture) => {
      if (!isPaused) show(picture);
    });
    call.on('end', resolve);
    call.on('error', reject);
  }).finally(() => client.close());
  return {
    pause: () => {
      isPaused = true;
      setImmediate(() => call.pause());
    },
    resume: () => {
      isPaused = false;
      call.resume();
    },
    done,
  };
}

/**
 * Submits pictures, half-closes, and resolves when the server has kept them all; closes its connection.
 *
 * Calls `onDelivered` with the number of pictures that are certain to have been kept, each time it grows. Rejects with
 * the error of the call or of `pictures`, and asks `pictures` for no more then.
 */
export async function submit(
  address: string,
  pictures: AsyncIterable<Pick<Picture, 'number' | 'data'>>,
  onDelivered: (count: number) => void,
): Promise<void> {
  const client = createClient(ObservatoryService, address, credentials.createInsecure());
  const call = client.submitPictures();
  const over = new AbortController();
  const answered = new Promise<void>((resolve, reject) => {
    let delivered = 0;
    call.on('data', () => onDelivered(++delivered));
    call.on('end', resolve);
    call.on('error', reject);
    call.on('status', () => over.abort());
  });
  const send = async () => {
    for await (const picture of pictures) {
      if (!call.write(picture)) await once(call, 'drain', { signal: over.signal });
      over.signal.throwIfAborted();
    }
    call.end();
  };
  try {
    await Promise.race([answered, send().then(() => answered)]);
  } finally {
    call.cancel();
    client.close();
  }
}
