import { PassThrough, type Writable } from 'node:stream';
import type { status } from '@grpc/grpc-js';

/** How many messages may wait for one member. */
export const MAX_WAITING = 100;

/** A call that answers with a stream. */
export interface Call<T> {
  write(message: T): boolean;
  end(): unknown;
  emit(event: 'error', failure: Failure): unknown;
  on(event: 'drain', listener: () => void): unknown;
}

/** A status that is not OK. */
export interface Failure {
  code: status;
  details: string;
}

/** What a member is sent, on its way. */
export interface Outbox<T> {
  /** Sends a message as soon as there is room for it, and returns at once; after the end it does nothing. */
  send(message: T): void;
  /** Ends the call: with OK behind all that waits, or with a failure and without it. The first end counts. */
  end(failure?: Failure): void;
}

/** Makes the outbox of a call. Calls `tooSlow` once, when more than MAX_WAITING messages wait, and takes no more then. */
export function createOutbox<T>(call: Call<T>, tooSlow: () => void): Outbox<T> {
  const box = new PassThrough({
    objectMode: true,
    readableHighWaterMark: 1,
    writableHighWaterMark: MAX_WAITING,
  });
  const target = call as unknown as Writable;
  box.pipe(target);
  let isClosed = false;
  return {
    send: (message) => {
      if (isClosed) return;
      if (!box.write(message)) tooSlow();
    },
    end: (failure) => {
      if (isClosed) return;
      isClosed = true;
      if (!failure) return void box.end();
      box.unpipe(target);
      box.destroy();
      call.emit('error', failure);
    },
  };
}
