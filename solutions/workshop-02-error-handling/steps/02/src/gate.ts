import { type Metadata, status } from '@grpc/grpc-js';
import type { Clock } from '@streamlings/grading';
import { StatusError } from '@streamlings/grpc';

/** What a call may be allowed to do. */
export type Permission = 'register' | 'quote' | 'track';

/** Somebody who uses the office, with one token or several. */
export interface Caller {
  name: string;
  may: readonly Permission[];
}

/** Stands before the handlers. */
export interface Gate {
  /**
   * Lets a call pass by returning.
   *
   * @throws StatusError as parcel.proto says, if the call may not pass.
   */
  admit(metadata: Metadata, permission: Permission): void;
}

/** How many calls of a caller may pass within `WINDOW_MS`, whenever that begins. */
export const MAX_CALLS = 3;
export const WINDOW_MS = 1000;

/** Creates a gate. Callers are found by their tokens, which come as `authorization: Bearer TOKEN`. */
export function createGate(clock: Clock, callers: ReadonlyMap<string, Caller>): Gate {
  return {
    admit(metadata, permission) {
      // TODO: Tell those whom you do not know from those who may not.

      // TODO: Let pass MAX_CALLS of each caller within any WINDOW_MS of `clock`. Refused calls do not count.
      //   Tell whoever has to wait how long, to the millisecond, in a way that a program can read.
      throw new StatusError(status.UNIMPLEMENTED, 'the gate is not written yet');
    },
  };
}
