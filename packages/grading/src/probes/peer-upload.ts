import type { ClientWritableStream, requestCallback, StatusObject } from '@grpc/grpc-js';
import type { EventLog } from '../world/event-log.ts';
import { nameOf, type Outcome, outcomeOfError, outcomeOfStatus } from './outcome.ts';

/** The harness's end of a client streaming call. */
export interface PeerUpload<I, O> {
  /** Resolves when the call is over. */
  readonly outcome: Promise<Outcome<O>>;
  /** Whether the call is over. */
  readonly isOver: boolean;
  /** Writes messages, in order. */
  send(...messages: I[]): void;
  /** Says that nothing more will be sent. */
  halfClose(): void;
  /** Cancels the call, as a client that leaves does. */
  cancel(): void;
}

/** Starts a client streaming call; `start` is the client's method. */
export function openPeerUpload<I, O>(
  start: (callback: requestCallback<O>) => ClientWritableStream<I>,
  log: EventLog,
): PeerUpload<I, O> {
  const outcome = Promise.withResolvers<Outcome<O>>();
  let isOver = false;
  const finish = (result: Outcome<O>): void => {
    isOver = true;
    log.add(
      'client',
      `saw ${nameOf(result.code)}${result.details ? ` ${JSON.stringify(result.details)}` : ''}`,
    );
    outcome.resolve(result);
  };
  let response: O | undefined;
  const call = start((error, message) => {
    if (error) finish(outcomeOfError(error));
    else response = message;
  });
  call.on('status', (ended: StatusObject) => {
    if (ended.code === 0) finish(outcomeOfStatus(ended, response));
  });
  let sent = 0;
  return {
    outcome: outcome.promise,
    get isOver() {
      return isOver;
    },
    send: (...messages) => {
      for (const message of messages) call.write(message);
      sent += messages.length;
      log.add('client', `sends ${count(messages.length)}`);
    },
    halfClose: () => {
      log.add('client', `half-closes after ${count(sent)}`);
      call.end();
    },
    cancel: () => {
      log.add('client', 'cancels');
      call.cancel();
    },
  };
}

function count(messages: number): string {
  return `${messages} message${messages === 1 ? '' : 's'}`;
}
