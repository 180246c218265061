import { credentials } from '@grpc/grpc-js';
import type { Load } from '@streamlings/grading';
import { type Hosted, host } from '@streamlings/grading/demo';
import { createWorld } from '@streamlings/grading/world';
import { createAsyncClient } from '@streamlings/grpc';
import { CarrierService, ParcelService } from '@streamlings/proto/streamlings/parcel/v1/parcel';
import type { Exercise } from './checks.ts';
import { createOffice } from './office.ts';
import { realClock } from './real-clock.ts';

/** Where `pnpm --filter workshop-02 carrier` listens. */
export const CARRIER_ADDRESS = '127.0.0.1:50052';

/** Serves the office of `src`, with a carrier that somebody may start and stop in another terminal. */
export async function serve(exercise: Load<Exercise>): Promise<Hosted> {
  const { world } = createWorld();
  // Comes back to a carrier that was away within a second, as a demo wants it, and not within two minutes.
  const carrier = createAsyncClient(CarrierService, CARRIER_ADDRESS, credentials.createInsecure(), {
    'grpc.max_reconnect_backoff_ms': 1000,
  });
  const getPrice: typeof carrier.getPrice = (request, options) => {
    console.log('  the office asks the carrier');
    return carrier.getPrice(request, options);
  };
  const office = await createOffice(exercise, {
    store: world.store,
    clock: realClock,
    carrier: { getPrice },
  });
  return host([ParcelService, office]);
}
