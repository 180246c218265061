// misconception: L4-14
// fails: comes to an end with the call, and closes its connection
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
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
  try {
    await Promise.all(
      nights.map(async (night) => {
        await prepare(night);
        const call = client.readPictures({ night });
        for await (const picture of call) await keep(night, picture);
      }),
    );
  } finally {
    client.close();
  }
}

/** Shows the pictures of a night. */
export function startShow(address: string, night: string, show: (picture: Picture) => void): Show {
  const client = createClient(ObservatoryService, address, credentials.createInsecure());
  const call = client.readPictures({ night });
  const done = new Promise<void>((resolve, reject) => {
    call.on('data', show);
    call.on('end', resolve);
    call.on('error', reject);
  }).finally(() => client.close());
  return { pause: () => call.pause(), resume: () => call.resume(), done };
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
  const receive = async () => {
    let delivered = 0;
    for await (const _receipt of call) onDelivered(++delivered);
  };
  try {
    const received = receive();
    const sent = pipeline(pictures, call as unknown as Writable);
    await Promise.race([received, sent.then(() => received)]);
  } finally {
    call.cancel();
    client.close();
  }
}
