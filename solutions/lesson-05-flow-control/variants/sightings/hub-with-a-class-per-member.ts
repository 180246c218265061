import { status } from '@grpc/grpc-js';
import type { BusEvent, World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import {
  type ObservatoryService,
  SlowClientPolicy,
} from '@streamlings/proto/streamlings/observatory/v1/observatory';

/** How many sightings may wait for one client. */
export const MAX_WAITING = 100;

type Call = Parameters<ServiceHandlers<typeof ObservatoryService>['watchSightings']>[0];

/** The queue of one client: a map in the order of insertion, so that an object can have one place only. */
class Member {
  readonly #waiting = new Map<unknown, BusEvent>();
  readonly #call: Call;
  #isFull = false;

  constructor(call: Call) {
    this.#call = call;
    call.on('drain', () => {
      this.#isFull = false;
      this.#flush();
    });
  }

  /** Returns false when the client should be given up. */
  add(event: BusEvent): boolean {
    const { policy } = this.#call.request;
    const key = policy === SlowClientPolicy.CONFLATE ? event.topic : Symbol('event');
    this.#waiting.delete(key);
    this.#waiting.set(key, event);
    this.#flush();
    if (this.#waiting.size <= MAX_WAITING) return true;
    if (policy === SlowClientPolicy.DISCONNECT) return false;
    this.#waiting.delete(this.#waiting.keys().next().value);
    return true;
  }

  #flush(): void {
    for (const [key, { topic, text }] of this.#waiting) {
      if (this.#isFull) return;
      this.#waiting.delete(key);
      this.#isFull = !this.#call.write({ object: topic, place: text });
    }
  }
}

/** Answers `WatchSightings` with one listener on the bus for all clients. */
export function handlers(world: World): Pick<ServiceHandlers<typeof ObservatoryService>, 'watchSightings'> {
  const members = new Map<Call, Member>();
  const remove = (call: Call) => {
    members.delete(call);
  };
  world.bus.subscribe((event) => {
    for (const [call, member] of members) {
      if (member.add(event)) continue;
      remove(call);
      call.emit('error', { code: status.RESOURCE_EXHAUSTED, details: 'the client reads too slowly' });
    }
  });
  return {
    watchSightings: (call) => {
      if (call.request.policy === SlowClientPolicy.UNSPECIFIED) {
        call.emit('error', { code: status.INVALID_ARGUMENT, details: 'policy is not specified' });
        return;
      }
      members.set(call, new Member(call));
      call.on('cancelled', () => remove(call));
    },
  };
}
