import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import type { BusEvent, World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import {
  type NotificationService,
  type Severity,
  SubscriptionType,
} from '@streamlings/proto/streamlings/notification/v1/notification';

export const MAX_MESSAGE_BYTES = 64;

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

      const deliver = ({ topic, text, level, timeMs }: BusEvent): void => {
        if (level < minSeverity) return;
        for (const message of split(text)) {
          call.write({ topic, message, timestamp: timestampFromMs(timeMs), severity: level as Severity });
        }
      };
      const stops = [...new Set(topics)].map((topic) =>
        world.bus.subscribe((event) => {
          if (event.topic === topic) deliver(event);
        }),
      );
      call.on('cancelled', () => {
        for (const stop of stops) stop();
      });
    },
  };
}

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
