import { create } from '@bufbuild/protobuf';
import { anyPack, durationFromMs } from '@bufbuild/protobuf/wkt';
import { type Metadata, status } from '@grpc/grpc-js';
import type { Clock } from '@streamlings/grading';
import { StatusError } from '@streamlings/grpc';
import { RetryInfoSchema } from '@streamlings/grpc/google/rpc/error_details';

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
  const passed = new WeakMap<Caller, number[]>();
  return {
    admit(metadata, permission) {
      const [authorization = ''] = metadata.get('authorization');
      const [, token = ''] = /^Bearer (\S+)$/.exec(String(authorization)) ?? [];
      const caller = callers.get(token);
      if (!caller) throw new StatusError(status.UNAUTHENTICATED, 'no valid token');
      if (!caller.may.includes(permission)) {
        throw new StatusError(status.PERMISSION_DENIED, `${caller.name} may not ${permission}`);
      }
      const now = clock.now();
      const recent = (passed.get(caller) ?? []).filter((time) => time > now - WINDOW_MS);
      const [oldest] = recent;
      if (oldest !== undefined && recent.length >= MAX_CALLS) {
        const retryDelay = durationFromMs(oldest + WINDOW_MS - now);
        throw new StatusError(status.RESOURCE_EXHAUSTED, `${MAX_CALLS} calls in ${WINDOW_MS} ms`, {
          statusDetails: [anyPack(RetryInfoSchema, create(RetryInfoSchema, { retryDelay }))],
        });
      }
      passed.set(caller, [...recent, now]);
    },
  };
}
