import { credentials, status } from '@grpc/grpc-js';
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
  // TODO: Let each night go at the pace of its own `keep`, and let nobody collect what is not wanted yet.
  client.close();
}

/** Shows the pictures of a night. */
export function startShow(address: string, night: string, show: (picture: Picture) => void): Show {
  // TODO: Let a pause reach the server: it must stop sending, and nothing may be lost.
  return { pause: () => {}, resume: () => {}, done: Promise.resolve() };
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
  // TODO: Take from `pictures` only what the call wants to have, and end the waiting when the call is over.
  throw Object.assign(new Error('submit is not written yet'), { code: status.UNIMPLEMENTED });
}
