import type { status } from '@grpc/grpc-js';

/** How many messages may wait for one member. */
export const MAX_WAITING = 100;

/** A call that answers with a stream. */
export interface Call<T> {
  readonly writableNeedDrain?: boolean;
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
  let waiting: T[] = [];
  let state: 'open' | 'ending' | 'ended' = 'open';
  const work = () => {
    if (state === 'ended') return;
    let taken = 0;
    while (taken < waiting.length && !call.writableNeedDrain) call.write(waiting[taken++] as T);
    waiting = waiting.slice(taken);
    if (state === 'ending' && waiting.length === 0) {
      state = 'ended';
      call.end();
    }
  };
  call.on('drain', work);
  return {
    send: (message) => {
      if (state !== 'open') return;
      waiting = [...waiting, message];
      work();
      if (waiting.length > MAX_WAITING) tooSlow();
    },
    end: (failure) => {
      if (state !== 'open') return;
      state = failure ? 'ended' : 'ending';
      if (failure) call.emit('error', failure);
      else work();
    },
  };
}
