import { status } from '@grpc/grpc-js';
import type { BusEvent, World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import {
  type ObservatoryService,
  SlowClientPolicy,
} from '@streamlings/proto/streamlings/observatory/v1/observatory';

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
      const { policy } = call.request;
      if (policy === SlowClientPolicy.UNSPECIFIED) {
        call.emit('error', { code: status.INVALID_ARGUMENT, details: 'policy is not specified' });
        return;
      }
      // One queue per call. A loop over all clients that waits for each of them would go at the pace of the slowest.
      const waiting: BusEvent[] = [];
      let hasRoom = true;
      const send = () => {
        for (let next = waiting.shift(); next; next = hasRoom ? waiting.shift() : undefined) {
          hasRoom = call.write({ object: next.topic, place: next.text });
        }
      };
      const unsubscribe = world.bus.subscribe((event) => {
        // The bus does not wait, so this queue is where backpressure ends: what is too much is dropped or refused here.
        // An array without a bound, or `events.on()`, which is one, would only hide the loss until memory is gone.
        if (policy === SlowClientPolicy.CONFLATE) {
          const old = waiting.findIndex(({ topic }) => topic === event.topic);
          if (old >= 0) waiting.splice(old, 1);
        }
        waiting.push(event);
        if (hasRoom) return send();
        if (waiting.length <= MAX_WAITING) return;
        if (policy === SlowClientPolicy.DISCONNECT) {
          unsubscribe();
          call.emit('error', { code: status.RESOURCE_EXHAUSTED, details: 'the client reads too slowly' });
        } else waiting.shift();
      });
      call.on('drain', () => {
        hasRoom = true;
        send();
      });
      call.on('cancelled', unsubscribe);
    },
  };
}
