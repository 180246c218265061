import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import type { Store } from '@streamlings/grading';
import { type AsyncHandlers, StatusError } from '@streamlings/grpc';
import { BadRequestSchema } from '@streamlings/grpc/google/rpc/error_details';
import type { Parcel, ParcelService } from '@streamlings/proto/streamlings/parcel/v1/parcel';

/**
 * Answers `Register` and `RegisterAll` as parcel.proto says, with the store as the register.
 *
 * A parcel is kept by `store.put(id, String(weightGrams))`, which fails with a `WorldError`: its `code` is `EEXIST` where
 * the id is taken, `EBUSY` while somebody else writes, and something else where the register is broken.
 */
export function handlers(
  store: Store,
): Pick<AsyncHandlers<typeof ParcelService>, 'register' | 'registerAll'> {
  return {
    async register({ parcel }) {
      // TODO: Keep a good parcel, and refuse a bad one with everything that is wrong about it, for programs to read.

      // TODO: Turn what the register says into a status. Its own words stay in the house.
      throw new StatusError(status.UNIMPLEMENTED, 'Register is not written yet');
    },

    registerAll(requests) {
      // TODO: Answer each parcel in its turn. Decide what is wrong with a parcel, and what with the stream.
      throw new StatusError(status.UNIMPLEMENTED, 'RegisterAll is not written yet');
    },
  };
}

/** Says what is wrong with a parcel, in the form of a `BadRequest` and of a `Refusal`. */
function findViolations(parcel: Parcel | undefined): Array<{ field: string; description: string }> {
  if (!parcel) return [{ field: 'parcel', description: 'is missing' }];
  return [];
}
