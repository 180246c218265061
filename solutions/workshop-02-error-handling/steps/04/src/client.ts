import { status } from '@grpc/grpc-js';
import type { Clock } from '@streamlings/grading';
import { type AsyncClient, StatusError } from '@streamlings/grpc';
import { RetryInfoSchema } from '@streamlings/grpc/google/rpc/error_details';
import type { ParcelService, TrackResponse } from '@streamlings/proto/streamlings/parcel/v1/parcel';

/**
 * What every channel to the office is told in its option `grpc.service_config`, as JSON.
 *
 * Where a call fails with UNAVAILABLE, gRPC shall make it again: four attempts in all, with backoffs from 0.01 s to
 * 0.1 s that double.
 */
export const serviceConfig: object = {
  loadBalancingConfig: [],
  // TODO: Say so for the methods that may be made again, and for no others.
  methodConfig: [],
};

/** How long `track` waits before it follows again, and how many failures in a row without a new event it takes. */
export const PAUSE_MS = 100;
export const MAX_FAILURES = 5;

/**
 * Hands the events of a parcel to `handle`, one after the other, each exactly once and in order; resolves after the last.
 *
 * Follows again after UNAVAILABLE, and gives up with the last error after MAX_FAILURES; any other error rejects at once.
 */
export async function track(
  client: Pick<AsyncClient<typeof ParcelService>, 'track'>,
  parcelId: string,
  handle: (event: TrackResponse) => Promise<void>,
  clock: Clock,
): Promise<void> {
  // TODO: Follow the parcel to its delivery, however often the stream breaks.
  throw new StatusError(status.UNIMPLEMENTED, 'track is not written yet');
}

/**
 * Makes a call, and makes it again where it was refused with RESOURCE_EXHAUSTED: after the time that the refusal names
 * in its RetryInfo. Three calls in all; every other error, and a refusal that names no time, rejects at once.
 */
export async function patiently<T>(clock: Clock, call: () => Promise<T>): Promise<T> {
  // TODO: Wait as long as you were told, by `clock.sleep`.
  throw new StatusError(status.UNIMPLEMENTED, 'patiently is not written yet');
}
