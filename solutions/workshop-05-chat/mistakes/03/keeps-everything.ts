// misconception: L4-10
// fails: sends a member away when more than 100 messages wait, and the room hears it at once
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
  const waiting: T[] = [];
  let hasRoom = true;
  let isClosed = false;
  const flush = () => {
    while (hasRoom && waiting.length > 0) hasRoom = call.write(waiting.shift() as T);
  };
  const endWhenEmpty = () => {
    if (waiting.length === 0) call.end();
  };
  let afterDrain = () => {};
  call.on('drain', () => {
    hasRoom = true;
    flush();
    afterDrain();
  });
  return {
    send: (message) => {
      if (isClosed) return;
      waiting.push(message);
      flush();
    },
    end: (failure) => {
      if (isClosed) return;
      isClosed = true;
      if (failure) {
        waiting.length = 0;
        call.emit('error', failure);
      } else {
        afterDrain = endWhenEmpty;
        endWhenEmpty();
      }
    },
  };
}
