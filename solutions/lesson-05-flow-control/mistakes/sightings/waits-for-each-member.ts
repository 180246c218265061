// misconception: L4-09
// fails: keeps a quick client up to date while six others stand still
import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import type { BusEvent, World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import {
  type ObservatoryService,
  SlowClientPolicy,
} from '@streamlings/proto/streamlings/observatory/v1/observatory';

type Call = Parameters<ServiceHandlers<typeof ObservatoryService>['watchSightings']>[0];

/** How many sightings may wait for one client. */
export const MAX_WAITING = 100;

/**
 * Answers `WatchSightings` with the events of `world.bus`: the `topic` of an event is the object, its `text` the place.
 *
 * `world.bus.subscribe(listener)` calls the listener for each event, in the middle of what you are doing and whether
 * or not a client has room for it, until the function that it returned is called.
 */
export function handlers(world: World): Pick<ServiceHandlers<typeof ObservatoryService>, 'watchSightings'> {
  interface Member {
    call: Call;
    policy: SlowClientPolicy;
    over: AbortController;
  }
  const members = new Set<Member>();
  const waiting: BusEvent[] = [];
  let isSending = false;
  let unsubscribe = () => {};

  async function sendToAll(): Promise<void> {
    if (isSending) return;
    isSending = true;
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      for (const { call, over } of members) {
        if (call.write({ object: next.topic, place: next.text })) continue;
        await once(call, 'drain', { signal: over.signal }).catch(() => {});
      }
    }
    isSending = false;
  }

  return {
    watchSightings: (call) => {
      const { policy } = call.request;
      if (policy === SlowClientPolicy.UNSPECIFIED) {
        call.emit('error', { code: status.INVALID_ARGUMENT, details: 'policy is not specified' });
        return;
      }
      const member = { call, policy, over: new AbortController() };
      members.add(member);
      if (members.size === 1) {
        unsubscribe = world.bus.subscribe((event) => {
          waiting.push(event);
          if (waiting.length > MAX_WAITING) waiting.shift();
          sendToAll();
        });
      }
      call.on('cancelled', () => {
        member.over.abort();
        members.delete(member);
        if (members.size === 0) unsubscribe();
      });
    },
  };
}
