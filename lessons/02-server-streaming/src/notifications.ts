import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { NotificationService } from '@streamlings/proto/streamlings/notification/v1/notification';

/** The most that one notification's `message` may hold, in bytes of UTF-8. */
export const MAX_MESSAGE_BYTES = 64;

/** Delivers the events of `world.bus`; an event's level is the number of its `Severity`. */
export function handlers(world: World): ServiceHandlers<typeof NotificationService> {
  return {
    subscribe: (call) => {
      // TODO: Refuse what proto/streamlings/notification/v1/notification.proto says must be refused.

      // TODO: Send what the subscriber asked for and nothing else, from now on, until the call is over.

      // TODO: Send a text of more than MAX_MESSAGE_BYTES as several notifications, in order.
      //   Cut wherever you like, as long as no character is cut in two.
      call.emit('error', { code: status.UNIMPLEMENTED, details: 'Subscribe is not written yet' });
    },
  };
}
