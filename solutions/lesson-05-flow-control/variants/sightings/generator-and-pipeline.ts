import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
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
    watchSightings: async (call) => {
      const { policy } = call.request;
      if (policy === SlowClientPolicy.UNSPECIFIED) {
        call.emit('error', { code: status.INVALID_ARGUMENT, details: 'policy is not specified' });
        return;
      }
      const waiting: BusEvent[] = [];
      let wake = () => {};
      let isTooSlow = false;
      const unsubscribe = world.bus.subscribe((event) => {
        const old =
          policy === SlowClientPolicy.CONFLATE ? waiting.findIndex(({ topic }) => topic === event.topic) : -1;
        if (old >= 0) waiting.splice(old, 1);
        waiting.push(event);
        if (waiting.length > MAX_WAITING && policy === SlowClientPolicy.DISCONNECT && !isTooSlow) {
          isTooSlow = true;
          unsubscribe();
          call.emit('error', { code: status.RESOURCE_EXHAUSTED, details: 'the client reads too slowly' });
        }
        if (waiting.length > MAX_WAITING) waiting.shift();
        wake();
      });
      call.on('cancelled', unsubscribe);
      async function* sightings(_: unknown, { signal }: { signal: AbortSignal }) {
        signal.addEventListener('abort', () => wake());
        while (!signal.aborted && !isTooSlow) {
          const next = waiting.shift();
          if (next) yield { object: next.topic, place: next.text };
          else {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        }
      }
      const left = new AbortController();
      call.on('cancelled', () => {
        left.abort();
        wake();
      });
      const source = sightings(undefined, { signal: left.signal });
      await pipeline(source, call as unknown as Writable, { end: false }).catch(() => {});
    },
  };
}
