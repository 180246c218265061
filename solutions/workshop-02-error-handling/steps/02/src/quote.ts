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
      // TODO: Ask the carrier for the price. Let it work no longer than somebody waits for it.

      // TODO: Answer for the carrier: say what your client can do about a failure, and nothing of what is behind you.
      throw new StatusError(status.UNIMPLEMENTED, 'Quote is not written yet');
    },
  };
}
