import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import {
  type NotificationService,
  type Severity,
  SubscriptionType,
} from '@streamlings/proto/streamlings/notification/v1/notification';

/** The most that one notification's `message` may hold, in bytes of UTF-8. */
export const MAX_MESSAGE_BYTES = 64;

/** Delivers the events of `world.bus`; an event's level is the number of its `Severity`. */
export function handlers(world: World): ServiceHandlers<typeof NotificationService> {
  return {
    subscribe: (call) => {
      const { topics, type, minSeverity } = call.request;
      const refuse = (code: status, details: string) => call.emit('error', { code, details });
      if (topics.length === 0 || topics.includes('')) {
        return refuse(status.INVALID_ARGUMENT, 'topics is empty or holds an empty topic');
      }
      if (type === SubscriptionType.UNSPECIFIED) return refuse(status.INVALID_ARGUMENT, 'type is not set');
      if (type !== SubscriptionType.REALTIME) return refuse(status.UNIMPLEMENTED, 'only REALTIME is offered');

      const unsubscribe = world.bus.subscribe(({ topic, text, level, timeMs }) => {
        // The client could drop the rest itself, but then every subscriber would pay for everybody's events.
        if (!topics.includes(topic) || level < minSeverity) return;
        for (const message of split(text)) {
          call.write({ topic, message, timestamp: timestampFromMs(timeMs), severity: level as Severity });
        }
      });
      // `cancelled` fires however the call ends. `finish` and `end` do not come when the client leaves.
      call.on('cancelled', unsubscribe);
    },
  };
}

/** Cuts between code points: cutting the encoded bytes, or the string's code units, breaks characters in two. */
function* split(text: string): Generator<string> {
  let part = '';
  for (const character of text) {
    if (Buffer.byteLength(part + character) > MAX_MESSAGE_BYTES) {
      yield part;
      part = '';
    }
    part += character;
  }
  yield part;
}
