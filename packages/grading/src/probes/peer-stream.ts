import type { ClientDuplexStream, ClientReadableStream, ServiceError, StatusObject } from '@grpc/grpc-js';
import type { EventLog } from '../world/event-log.ts';
import { nameOf, type Outcome, outcomeOfError, outcomeOfStatus } from './outcome.ts';

/** The harness's end of a response stream: reads all the time unless it is told to stall. */
export interface PeerStream<O> {
  /** Every message received so far. */
  readonly received: readonly O[];
  /** Resolves with message number `position`, counted from 1, or with undefined if the stream ends before it. */
  message(position: number): Promise<O | undefined>;
  /** Resolves when the stream is over and everything was read. */
  readonly outcome: Promise<Outcome<O>>;
  /** Cancels the call, as a client that leaves does. */
  cancel(): void;
  /** Stops reading. What is under way still arrives. */
  stall(): void;
  /** Reads on. */
  resume(): void;
}

/** Reads a call's responses. */
export function readPeerStream<O>(
  call: ClientReadableStream<O> | ClientDuplexStream<unknown, O>,
  log: EventLog,
): PeerStream<O> {
  const received: O[] = [];
  const outcome = Promise.withResolvers<Outcome<O>>();
  let waiters: Array<{ position: number; resolve: (message: O | undefined) => void }> = [];
  let over = false;

  const settle = (): void => {
    waiters = waiters.filter(({ position, resolve }) => {
      if (received.length < position && !over) return true;
      resolve(received[position - 1]);
      return false;
    });
  };
  const finish = (result: Outcome<O>): void => {
    if (over) return;
    over = true;
    log.add(
      'client',
      `saw ${nameOf(result.code)}${result.details ? ` ${JSON.stringify(result.details)}` : ''}`,
    );
    outcome.resolve(result);
    settle();
  };
  call.on('data', (message: O) => {
    received.push(message);
    if (received.length <= 20) log.add('client', `received message ${received.length}`);
    settle();
  });
  call.on('error', (error: ServiceError) => finish(outcomeOfError(error)));
  call.on('status', (ended: StatusObject) => {
    if (ended.code === 0) finish(outcomeOfStatus(ended));
  });

  return {
    received,
    outcome: outcome.promise,
    message: (position) => {
      const { promise, resolve } = Promise.withResolvers<O | undefined>();
      waiters.push({ position, resolve });
      settle();
      return promise;
    },
    cancel: () => {
      log.add('client', 'cancels');
      call.cancel();
    },
    stall: () => {
      log.add('client', 'stops reading');
      call.pause();
    },
    resume: () => {
      log.add('client', 'reads on');
      call.resume();
    },
  };
}
