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
  const waiting: T[] = [];
  let isClosed = false;
  let failure: Failure | undefined;
  let wake = () => {};
  const somethingHappens = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  const roomAgain = () => new Promise<void>((resolve) => call.on('drain', resolve));
  const run = async () => {
    for (;;) {
      while (waiting.length === 0) {
        if (isClosed) return failure ? undefined : call.end();
        await somethingHappens();
      }
      if (!call.write(waiting.shift() as T)) await roomAgain();
    }
  };
  void run();
  return {
    send: (message) => {
      if (isClosed) return;
      waiting.push(message);
      wake();
      if (waiting.length > MAX_WAITING) tooSlow();
    },
    end: (reason) => {
      if (isClosed) return;
      isClosed = true;
      failure = reason;
      if (failure) {
        waiting.length = 0;
        call.emit('error', failure);
      }
      wake();
    },
  };
}
