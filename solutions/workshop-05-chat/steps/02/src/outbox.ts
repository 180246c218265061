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
export function createOutbox<T>(call: Call<T>, _tooSlow: () => void): Outbox<T> {
  // TODO: While the call wants no more, let messages wait here: up to MAX_WAITING, and no longer than the call.
  return {
    send: (message) => {
      call.write(message);
    },
    end: (failure) => {
      if (failure) call.emit('error', failure);
      else call.end();
    },
  };
}
