// misconception: L5-06
// fails: sends each sighting in order, and loses none while at most 100 wait
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
      const waiting: BusEvent[] = [];
      let hasRoom = true;
      const send = () => {
        for (let next = waiting.shift(); next; next = hasRoom ? waiting.shift() : undefined) {
          call.write({ object: next.topic, place: next.text });
          hasRoom = false;
        }
      };
      const unsubscribe = world.bus.subscribe((event) => {
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
