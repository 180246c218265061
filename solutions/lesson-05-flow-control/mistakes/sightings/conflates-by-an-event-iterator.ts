// misconception: L5-12
// fails: conflates: a slow client hears the latest of each object, and that once
import { EventEmitter, on, once } from 'node:events';
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
      if (policy === SlowClientPolicy.CONFLATE) {
        followLatest(world, call);
        return;
      }
      const waiting: BusEvent[] = [];
      let hasRoom = true;
      const send = () => {
        for (let next = waiting.shift(); next; next = hasRoom ? waiting.shift() : undefined) {
          hasRoom = call.write({ object: next.topic, place: next.text });
        }
      };
      const unsubscribe = world.bus.subscribe((event) => {
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

type Call = Parameters<ServiceHandlers<typeof ObservatoryService>['watchSightings']>[0];

async function followLatest(world: World, call: Call): Promise<void> {
  const left = new AbortController();
  const { signal } = left;
  const sky = new EventEmitter();
  const unsubscribe = world.bus.subscribe((event) => {
    sky.emit('sighting', event);
  });
  call.on('cancelled', () => left.abort());
  const latest = new Map<string, string>();
  try {
    for await (const [{ topic, text }] of on(sky, 'sighting', { signal })) {
      latest.set(topic, text);
      if (!call.write({ object: topic, place: latest.get(topic) ?? '' }))
        await once(call, 'drain', { signal });
    }
  } catch {
  } finally {
    unsubscribe();
  }
}
