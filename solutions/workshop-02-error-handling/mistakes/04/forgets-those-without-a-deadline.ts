// misconception: L1-08
// fails: gives the carrier what is left of the time, and no more
import { status } from '@grpc/grpc-js';
import type { Store } from '@streamlings/grading';
import { type AsyncClient, type AsyncHandlers, StatusError } from '@streamlings/grpc';
import type { CarrierService, ParcelService } from '@streamlings/proto/streamlings/parcel/v1/parcel';

/** How long the carrier may take where the client has set no deadline. */
export const DEFAULT_TIMEOUT_MS = 2000;

/**
 * Answers `Quote` as parcel.proto says, with the store as the register and a client of the carrier.
 *
 * `store.get(id)` resolves with the weight that was kept for a parcel, as text; its `WorldError` has the code `ENOENT`
 * where there is none.
 */
export function handlers(
  store: Store,
  carrier: Pick<AsyncClient<typeof CarrierService>, 'getPrice'>,
): Pick<AsyncHandlers<typeof ParcelService>, 'quote'> {
  return {
    async quote({ parcelId }, context) {
      const deadline = context.deadline;
      const weight = await store.get(parcelId).catch((error) => {
        if (error.code === 'ENOENT') throw new StatusError(status.NOT_FOUND, `no parcel ${parcelId}`);
        throw error;
      });
      try {
        const { price } = await carrier.getPrice(
          { weightGrams: Number(weight) },
          { deadline, signal: context.signal },
        );
        return { price };
      } catch (error) {
        const { code } = StatusError.from(error);
        if (code === status.UNAVAILABLE || code === status.DEADLINE_EXCEEDED) {
          throw new StatusError(code, 'the carrier does not answer', { cause: error });
        }
        throw new StatusError(status.INTERNAL, 'no price', { cause: error });
      }
    },
  };
}
