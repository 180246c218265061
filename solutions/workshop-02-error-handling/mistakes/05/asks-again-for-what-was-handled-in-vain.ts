// misconception: W2-18
// fails: gives up after five failures in a row, and at once where repeating does not help
import { durationMs } from '@bufbuild/protobuf/wkt';
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
  methodConfig: [
    {
      name: ['Quote', 'Track'].map((method) => ({ service: 'streamlings.parcel.v1.ParcelService', method })),
      retryPolicy: {
        maxAttempts: 4,
        initialBackoff: '0.01s',
        maxBackoff: '0.1s',
        backoffMultiplier: 2,
        retryableStatusCodes: ['UNAVAILABLE'],
      },
    },
  ],
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
  let afterPosition = 0;
  let failures = 0;
  while (true) {
    try {
      for await (const event of client.track({ parcelId, afterPosition })) {
        failures = 0;
        await handle(event);
        afterPosition = event.position;
      }
      return;
    } catch (error) {
      const isFinal = error instanceof StatusError && error.code !== status.UNAVAILABLE;
      if (isFinal || ++failures >= MAX_FAILURES) throw error;
    }
    await clock.sleep(PAUSE_MS);
  }
}

/**
 * Makes a call, and makes it again where it was refused with RESOURCE_EXHAUSTED: after the time that the refusal names
 * in its RetryInfo. Three calls in all; every other error, and a refusal that names no time, rejects at once.
 */
export async function patiently<T>(clock: Clock, call: () => Promise<T>): Promise<T> {
  for (let calls = 1; ; calls++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof StatusError) || error.code !== status.RESOURCE_EXHAUSTED || calls === 3)
        throw error;
      const [info] = error.findDetails(RetryInfoSchema);
      if (!info?.retryDelay) throw error;
      await clock.sleep(durationMs(info.retryDelay));
    }
  }
}
