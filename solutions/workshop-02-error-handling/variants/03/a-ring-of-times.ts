import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
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
  const passed = new Map<string, Float64Array>();
  return {
    admit(metadata, permission) {
      const [authorization = ''] = metadata.get('authorization');
      const [, token = ''] = /^Bearer (\S+)$/.exec(String(authorization)) ?? [];
      const caller = callers.get(token);
      if (!caller) throw new StatusError(status.UNAUTHENTICATED, 'no valid token');
      if (!caller.may.includes(permission)) {
        throw new StatusError(status.PERMISSION_DENIED, `${caller.name} may not ${permission}`);
      }
      const times = passed.get(caller.name) ?? new Float64Array(MAX_CALLS).fill(Number.NEGATIVE_INFINITY);
      passed.set(caller.name, times);
      const waitMs = (times[0] ?? 0) + WINDOW_MS - clock.now();
      if (waitMs > 0) {
        const retryDelay = { seconds: BigInt(Math.floor(waitMs / 1000)), nanos: (waitMs % 1000) * 1_000_000 };
        throw new StatusError(status.RESOURCE_EXHAUSTED, 'too many calls', {
          statusDetails: [anyPack(RetryInfoSchema, create(RetryInfoSchema, { retryDelay }))],
        });
      }
      times.copyWithin(0, 1);
      times[MAX_CALLS - 1] = clock.now();
    },
  };
}
