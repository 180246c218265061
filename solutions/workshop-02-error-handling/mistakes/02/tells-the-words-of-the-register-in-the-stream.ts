// misconception: L1-04
// fails: ends the stream when the register fails, and asks it no more
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
  /** Keeps a parcel that is good and new, or throws the status that says why not. */
  async function keep(parcel: Parcel | undefined): Promise<void> {
    const fieldViolations = findViolations(parcel);
    if (!parcel || fieldViolations.length > 0) {
      throw new StatusError(status.INVALID_ARGUMENT, 'the parcel is not valid', {
        statusDetails: [anyPack(BadRequestSchema, create(BadRequestSchema, { fieldViolations }))],
      });
    }
    try {
      await store.put(parcel.id, String(parcel.weightGrams));
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code === 'EEXIST') throw new StatusError(status.ALREADY_EXISTS, `parcel ${parcel.id} exists`);
      if (code === 'EBUSY') throw new StatusError(status.UNAVAILABLE, 'the register is in use');
      throw error;
    }
  }

  return {
    async register({ parcel }) {
      await keep(parcel);
      return {};
    },

    async *registerAll(requests) {
      let position = 0;
      for await (const { parcel } of requests) {
        position++;
        try {
          await keep(parcel);
          yield { position };
        } catch (error) {
          const { code, details } = StatusError.from(error);
          if (code !== status.INVALID_ARGUMENT && code !== status.ALREADY_EXISTS) {
            throw new StatusError(code, (error as Error).message);
          }
          yield { position, refusal: { code, text: details, fieldViolations: findViolations(parcel) } };
        }
      }
    },
  };
}

/** Says what is wrong with a parcel, in the form of a `BadRequest` and of a `Refusal`. */
function findViolations(parcel: Parcel | undefined): Array<{ field: string; description: string }> {
  if (!parcel) return [{ field: 'parcel', description: 'is missing' }];
  const { id, weightGrams, destination } = parcel;
  const rules: Array<[boolean, string, string]> = [
    [id === '', 'parcel.id', 'is empty'],
    [weightGrams < 1 || weightGrams > 30_000, 'parcel.weight_grams', `is ${weightGrams}, not 1 to 30,000`],
    [!destination, 'parcel.destination', 'is missing'],
    [destination?.city === '', 'parcel.destination.city', 'is empty'],
    [destination?.countryCode === '', 'parcel.destination.country_code', 'is empty'],
  ];
  return rules.flatMap(([isBroken, field, description]) => (isBroken ? { field, description } : []));
}
