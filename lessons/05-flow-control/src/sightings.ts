import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { ObservatoryService } from '@streamlings/proto/streamlings/observatory/v1/observatory';

/** How many sightings may wait for one client. */
export const MAX_WAITING = 100;

/**
 * Answers `WatchSightings` with the events of `world.bus`: the `topic` of an event is the object, its `text` the place.
 *
 * `world.bus.subscribe(listener)` calls the listener for each event, in the middle of what you are doing and whether
 * or not a client has room for it, until the function that it returned is called.
 */
export function handlers(world: World): Pick<ServiceHandlers<typeof ObservatoryService>, 'watchSightings'> {
  return {
    watchSightings: (call) => {
      // TODO: Send each sighting to this client at the pace of this client, until it leaves. Let what comes
      //   too early wait in a queue of the client's own.

      // TODO: Bound that queue by MAX_WAITING, and do what the request's policy says when there would be more.
      call.emit('error', { code: status.UNIMPLEMENTED, details: 'WatchSightings is not written yet' });
    },
  };
}
